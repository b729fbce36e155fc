// SPDX-License-Identifier: MIT
// Whose API a path belongs to.
#include "proxy/route/native_path.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

std::string said(std::string_view method, std::string_view path) {
  constexpr const char* names[] = {"openai", "azure", "anthropic", "gemini"};
  const NativePath found = classify(method, path);
  std::string text = names[static_cast<std::size_t>(found.dialect)];
  if (!found.model.empty()) text.append(" ").append(found.model).append(" ").append(found.verb);
  return found.is_stream ? text + " stream" : text;
}

TEST(NativePath, MessagesAreAnthropics) {
  for (const auto path : {"/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches",
                          "/v1/messages/batches/msgbatch_1/results"}) {
    EXPECT_EQ(said("POST", path), "anthropic") << path;
    EXPECT_EQ(said("GET", path), "anthropic") << path;
  }
  for (const auto path : {"/v1/messagesx", "/v1/threads/t/messages", "/V1/messages", "/v1/message"})
    EXPECT_EQ(said("POST", path), "openai") << path;
}

TEST(NativePath, GeminiIsKnownByMethodAndVerb) {
  EXPECT_EQ(said("POST", "/v1beta/models/gemini-3.8-flash:generateContent"),
            "gemini gemini-3.8-flash generateContent");
  EXPECT_EQ(said("POST", "/v1/models/gemini-2.5-pro:generateContent"),
            "gemini gemini-2.5-pro generateContent");
  EXPECT_EQ(said("POST", "/v1alpha/models/m:streamGenerateContent"),
            "gemini m streamGenerateContent stream");
  EXPECT_EQ(said("POST", "/v1/tunedModels/my%20own:countTokens"), "gemini my%20own countTokens");
  for (const auto path :
       {"/v1/models/a/b:generateContent", "/v1/models/:generateContent",
        "/v1/models/m:", "/v1/models/m", "/v1/models/ft:gpt-4o:acme::id", "/v1/models/m:generate2",
        "/v1/models/m:generate:content", "/v1/models/m:generateContent/", "/v1/models",
        "/v1/models/m%3AgenerateContent", "/v1/chat/models/m:generateContent",
        "/v1/files/m:generateContent", "/v2/models/m:generateContent"}) {
    EXPECT_EQ(said("POST", path), "openai") << path;
  }
}

// Fine-tuned models of OpenAI have colons, and are looked up and deleted.
TEST(NativePath, OtherMethodsOnModelsAreOpenAis) {
  for (const auto method : {"GET", "DELETE", "HEAD", "PUT", "post", ""})
    EXPECT_EQ(said(method, "/v1/models/ft-gpt:generateContent"), "openai") << method;
}

TEST(NativePath, WhatElseIsBelowGeminisRootsIsItsOwn) {
  for (const auto path :
       {"/v1beta", "/v1beta/models", "/v1beta/models/m", "/v1beta/cachedContents/x",
        "/v1beta/openai/chat/completions", "/v1alpha/auth_tokens", "/upload/v1beta/files",
        "/upload/v1/files", "/upload/v1alpha/files"}) {
    EXPECT_EQ(said("POST", path), "gemini") << path;
    EXPECT_EQ(said("GET", path), "gemini") << path;
  }
  for (const auto path : {"/v1betax", "/v1beta1/models", "/upload", "/upload/v2/files", "/uploads"})
    EXPECT_EQ(said("GET", path), "openai") << path;
  EXPECT_EQ(said("GET", "/v1beta/models/m:generateContent"), "gemini");
}

TEST(NativePath, AzureNamesItsDeployment) {
  EXPECT_EQ(said("POST", "/openai/deployments/gpt-4o/chat/completions"),
            "azure gpt-4o chat/completions");
  EXPECT_EQ(said("POST", "/openai/deployments/a%2Fb/embeddings"), "azure a%2Fb embeddings");
  for (const auto path :
       {"/openai/v1/chat/completions", "/openai/v1/responses", "/openai/files", "/openai/models",
        "/openai", "/openai/deployments", "/openai/deployments/", "/openai/deployments/gpt-4o",
        "/openai/deployments//chat/completions"}) {
    EXPECT_EQ(said("POST", path), "azure") << path;
  }
  EXPECT_EQ(said("POST", "/openais/v1/x"), "openai");
}

TEST(NativePath, AllElseIsOpenAis) {
  for (const auto path : {"/v1/chat/completions", "/v1/embeddings", "/v1", "/", "", "*"})
    EXPECT_EQ(said("POST", path), "openai") << path;
}

// An alias changes these bytes alone.
TEST(NativePath, ViewsAreOfThePath) {
  const std::string path = "/v1beta/models/gemini-pro:generateContent";
  EXPECT_EQ(classify("POST", path).model.data(), path.data() + 15);
}

// Whatever the path: no part is outside of it.
TEST(NativePath, IsSureOfEveryCut) {
  for (const std::string path : {"/v1beta/models/m:streamGenerateContent", "/upload/v1beta/files",
                                 "/openai/deployments/d/chat/completions", "/v1/messages/x"}) {
    for (std::size_t size = 0; size <= path.size(); ++size) {
      const auto part = std::string_view(path).substr(0, size);
      const NativePath found = classify("POST", part);
      EXPECT_LE(found.model.size() + found.verb.size(), part.size());
    }
  }
}

TEST(NativePath, TheListOfModelsIsAnthropicsWhereTheHeadSaysSo) {
  http::FieldStorage storage;
  const auto of = [&storage](const std::string& line, const std::string& field) {
    const std::string text = line + " HTTP/1.1\r\nHost: g\r\n" + field + "\r\n";
    const auto head = http::parse_request_head(text, storage);
    EXPECT_TRUE(head.has_value());
    return classify(*head).dialect;
  };
  const std::string version = "Anthropic-Version: 2023-06-01\r\n";
  EXPECT_EQ(of("GET /v1/models?limit=5", version), ClientDialect::anthropic);
  EXPECT_EQ(of("GET /v1/models/claude", version), ClientDialect::anthropic);
  EXPECT_EQ(of("GET /v1/models", ""), ClientDialect::openai);
  EXPECT_EQ(of("GET /v1/models", "X-Anthropic-Version: 1\r\n"), ClientDialect::openai);
  EXPECT_EQ(of("POST /v1/chat/completions", version), ClientDialect::openai);
  EXPECT_EQ(of("GET /v1/modelsx", version), ClientDialect::openai);
  EXPECT_EQ(of("POST /v1/models/m:generateContent?alt=sse", version), ClientDialect::gemini);
}

}  // namespace
}  // namespace llmgw::proxy
