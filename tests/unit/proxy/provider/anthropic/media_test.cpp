// SPDX-License-Identifier: MIT
// Images, files and audio.
#include "proxy/provider/anthropic/media.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

std::string user(const std::string& part) {
  return talk(R"({"role":"user","content":[{"type":"text","text":"a"},)" + part + "]}");
}
Json block(const std::string& part) { return sent(user(part))["messages"][0]["content"][1]; }
std::string image(const std::string& url) {
  return R"({"type":"image_url","image_url":{"url":")" + url + R"("}})";
}
std::string file(const std::string& members) {
  return R"({"type":"file","file":{)" + members + "}}";
}

TEST(AnthropicMedia, ImagesWithinTheRequest) {
  for (const std::string type : {"image/jpeg", "image/png", "image/gif", "image/webp"}) {
    EXPECT_EQ(block(image("data:" + type + ";base64,QUJD+/==")),
              Json({{"type", "image"},
                    {"source", {{"type", "base64"}, {"media_type", type}, {"data", "QUJD+/=="}}}}));
  }
  EXPECT_EQ(block(image(R"(DATA:image\/PNG;x=y;base64,QUJD\/w==)"))["source"]["data"], "QUJD/w==");
}

// A URL is carried; nothing here could fetch it.
TEST(AnthropicMedia, R14UrlsAreTheProvidersToFetch) {
  for (const std::string url : {"https://example.com/a.png", "http://127.0.0.1:1/x"}) {
    EXPECT_EQ(block(image(url)),
              Json({{"type", "image"}, {"source", {{"type", "url"}, {"url", url}}}}));
  }
}

TEST(AnthropicMedia, ImagesThatAreNoGoodAreRefusedByTheirPlace) {
  for (const std::string url :
       {"data:image/bmp;base64,QUJD", "data:image/png,QUJD", "data:image/png;base64,",
        "data:image/png;base64,a b", "data:image/png;base64,a_b-", "data:;base64,QUJD",
        "data:", "ftp://x/y", "file:///etc/passwd", "", "gs://b/o"}) {
    const TranslationRefusal refusal = refused(user(image(url)));
    EXPECT_EQ(refusal.code, "invalid_value");
    EXPECT_EQ(refusal.param, "messages[0].content[1].image_url.url") << url;
  }
  EXPECT_EQ(refused(user(R"({"type":"image_url","image_url":"x"})")).param,
            "messages[0].content[1].image_url");
}

TEST(AnthropicMedia, DetailIsNamed) {
  const std::string part =
      R"({"type":"image_url","image_url":{"url":"https://x/y","detail":"high"}})";
  EXPECT_EQ(dropped(user(part)), Names{"image_url.detail"});
}

TEST(AnthropicMedia, Documents) {
  const Json pdf = {{"type", "base64"}, {"media_type", "application/pdf"}, {"data", "JVBERi0="}};
  EXPECT_EQ(block(file(R"("file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf")")),
            Json({{"type", "document"}, {"source", pdf}, {"title", "a.pdf"}}));
  EXPECT_EQ(block(file(R"("file_data":"JVBERi0=","filename":"A.PDF")"))["source"], pdf);
  EXPECT_EQ(block(file(R"("file_id":"file_1")")),
            Json({{"type", "document"}, {"source", {{"type", "file"}, {"file_id", "file_1"}}}}));
}

TEST(AnthropicMedia, TextIsSentBare) {
  const std::pair<std::string, std::string> cases[] = {
      {"SGVsbG8=", "Hello"}, {"SGVsbG8", "Hello"}, {"w6QK", "\xc3\xa4\n"},
      {"ImE=", "\"a"},       {R"(YT8\/)", "a??"},  {"/yBh", "\xef\xbf\xbd a"}};
  for (const auto& [base64, text] : cases) {
    EXPECT_EQ(block(file("\"file_data\":\"data:text/markdown;base64," + base64 + "\""))["source"],
              Json({{"type", "text"}, {"media_type", "text/plain"}, {"data", text}}));
  }
}

TEST(AnthropicMedia, LongTextKeepsCharactersThatPiecesCut) {
  std::string base64;
  for (int i = 0; i < 20000; ++i) base64 += "YcOk";  // "aä"
  const std::string text =
      block(file("\"file_data\":\"data:text/plain;base64," + base64 + "\""))["source"]["data"];
  ASSERT_EQ(text.size(), 60000u);
  EXPECT_EQ(text.find("\xef\xbf\xbd"), text.npos);
}

TEST(AnthropicMedia, FilesThatAreNoGoodAreRefusedByTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("file_data":"QUJD")", ".file_data"},
      {R"("file_data":"QUJD","filename":"a.docx")", ".file_data"},
      {R"("file_data":"data:application/zip;base64,QUJD")", ".file_data"},
      {R"("file_data":"data:application/pdf;base64,*")", ".file_data"},
      {R"("file_data":"data:text/plain;base64,ICAK")", ".file_data"},
      {R"("file_id":"file-abc")", ".file_id"},
      {R"("filename":"a.pdf")", ""},
  };
  for (const auto& [members, place] : cases)
    EXPECT_EQ(refused(user(file(members))).param, "messages[0].content[1].file" + place) << members;
}

TEST(AnthropicMedia, AudioIsRefused) {
  const std::string part = R"({"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}})";
  EXPECT_EQ(refused(user(part)).code, "invalid_value");
  EXPECT_EQ(refused(user(part)).param, "messages[0].content[1]");
}

TEST(AnthropicMedia, ResultsMayHoldImages) {
  const Json got =
      turns(hi + "," + calls(call("a")) +
            R"(,{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"t"},)" +
            image("https://x/y") + "]}");
  EXPECT_EQ(got[2]["content"][0]["content"][1]["type"], "image");
}

}  // namespace
}  // namespace llmgw::proxy
