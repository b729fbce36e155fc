// SPDX-License-Identifier: MIT
// Errors as every client of this API reads them, whatever their words hold.
#include "common/http/error_body.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llmgw::http {
namespace {

TEST(ErrorBody, IsSpelledAsItsClientsKnowIt) {
  EXPECT_EQ(error_body("No.", "invalid_request_error", "invalid_value", "model"),
            R"({"error":{"message":"No.","type":"invalid_request_error","param":"model",)"
            R"("code":"invalid_value"}})");
  EXPECT_EQ(error_body("No.", "t", "c"),
            R"({"error":{"message":"No.","type":"t","param":null,"code":"c"}})");
}

TEST(ErrorBody, HoldsAnyWords) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  for (const std::string& words : {std::string(), all, std::string("\"}\\"), std::string("é😀")}) {
    const auto body = nlohmann::json::parse(error_body(words, words, words, "p" + words));
    EXPECT_EQ(body["error"]["message"], words);
    EXPECT_EQ(body["error"]["type"], words);
    EXPECT_EQ(body["error"]["code"], words);
    EXPECT_EQ(body["error"]["param"], "p" + words);
  }
  const auto body = nlohmann::json::parse(error_body("a\xff", "t", "c"));
  EXPECT_EQ(body["error"]["message"], "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace llmgw::http
