// SPDX-License-Identifier: MIT
// Where the model stands in a body: exactly that is changed.
#include "proxy/provider/model_place.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

std::string renamed(std::string body, std::string_view type = "application/json") {
  const auto place = place_of_model(body, type);
  if (!place) return "none";
  const auto at = static_cast<std::size_t>(place->text.data() - body.data());
  return body.substr(0, at) + place->spell("n\"w") + body.substr(at + place->text.size());
}

TEST(ModelPlace, IsTheMemberAtTopLevel) {
  EXPECT_EQ(renamed(R"({"model":"m"})"), R"({"model":"n\"w"})");
  EXPECT_EQ(renamed(R"( { "a" : {"model":"x"} , "model" :"" , "z":1.0 } )"),
            R"( { "a" : {"model":"x"} , "model" :"n\"w" , "z":1.0 } )");
  EXPECT_EQ(renamed(R"({"mod\u0065l":"a\\b\"c"})"), R"({"mod\u0065l":"n\"w"})");
}

TEST(ModelPlace, IsNowhereWhereThatIsInDoubt) {
  for (const char* body :
       {"", "[]", "{}", R"({"model":1})", R"({"model":null})", R"({"model":"a","model":"a"})",
        R"({"model":"a","mode\u006c":"b"})", R"({"model":"a")", R"({"model":"a","x":})",
        R"({"model":"a" "b":1})", R"(x{"model":"a"})", R"({"a":{"model":"m"}})",
        R"({"model":"a","Model":"b"})", R"({"MODEL":"b","model":"a"})", R"({"MODEL":"a"})",
        R"({"model":"a","mod\u0045l":"b"})", R"({"model":"a","x":NaN})"})
    EXPECT_EQ(renamed(body), "none") << body;
}

const std::string type = "multipart/form-data; charset=\"a;b\"; boundary=\"B\"";
std::string form(const std::string& parts) { return parts + "--B--\r\n"; }
std::string part(const std::string& disposition, const std::string& text) {
  return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + text + "\r\n";
}

TEST(ModelPlace, IsTheFieldOfAForm) {
  const std::string file = part("name=\"file\"; filename=\"model; name=model\"", "\r\n--X model");
  EXPECT_EQ(renamed(form(file + part("name=\"model\"", "whisper-1")), type),
            form(file + part("name=\"model\"", "n\"w")));
  EXPECT_EQ(renamed(form(part("name=model", "") + file), type),
            form(part("name=model", "n\"w") + file));
}

TEST(ModelPlace, OfAFormIsNowhereWhereThatIsInDoubt) {
  const std::string model = part("name=\"model\"", "m");
  EXPECT_EQ(renamed(form(model + model), type), "none");
  EXPECT_EQ(renamed(model, type), "none");
  EXPECT_EQ(renamed("x" + form(model), type), "none");
  for (const char* end : {"--B", "--B-",
                          "--B \r\n"
                          "--B--",
                          "--B\n--B--"})
    EXPECT_EQ(renamed(model + end, type), "none") << end;
  EXPECT_NE(renamed(model + "--B--", type), "none");
  EXPECT_EQ(renamed(form(model), "multipart/form-data"), "none");
  EXPECT_EQ(renamed(form(model), "multipart/form-data; boundary=C"), "none");
  EXPECT_EQ(renamed(form(part("filename=\"name=model\"", "m")), type), "none");
  EXPECT_EQ(renamed("--B\r\n\r\n--B--", type), "none");
  EXPECT_EQ(renamed("--B", type), "none");
  for (std::size_t size = 0; size < form(model).size() - 8; ++size)
    EXPECT_EQ(renamed(form(model).substr(0, size), type), "none") << size;
}

}  // namespace
}  // namespace llmgw::proxy
