// SPDX-License-Identifier: MIT
// Requests translated to Gemini, as tests look at them.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/provider/gemini/request.hpp"

namespace llmgw::proxy::gemini_test {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

inline constexpr TranslationTarget gemini_2{.model = "gemini-2.5-flash", .provider = "google"};
inline constexpr TranslationTarget gemini_3{.model = "gemini-3-pro-preview", .provider = "google"};

inline TranslationTarget dropping(TranslationTarget target) {
  target.drops_unsupported = true;
  return target;
}

/// A request that was not refused.
inline TranslatedRequest translated(std::string_view body,
                                    const TranslationTarget& target = gemini_2) {
  RequestTranslation result = translate_to_gemini(body, target);
  if (auto* const request = std::get_if<TranslatedRequest>(&result)) return std::move(*request);
  ADD_FAILURE() << std::get<TranslationRefusal>(result).message << " of " << body;
  return {};
}

/// Its body, which is one JSON object.
inline Json body_of(std::string_view body, const TranslationTarget& target = gemini_2) {
  Json parsed = Json::parse(translated(body, target).body, nullptr, false);
  EXPECT_TRUE(parsed.is_object()) << body;
  return parsed;
}

/// One that was.
inline TranslationRefusal refused(std::string_view body,
                                  const TranslationTarget& target = gemini_2) {
  RequestTranslation result = translate_to_gemini(body, target);
  if (auto* const refusal = std::get_if<TranslationRefusal>(&result)) return std::move(*refusal);
  ADD_FAILURE() << "not refused: " << body;
  return {};
}

/// A request with a word of the user and `members`.
inline std::string with(std::string_view members) {
  std::string body = R"({"model":"m","messages":[{"role":"user","content":"hi"}])";
  if (!members.empty()) body += ",";
  return body.append(members).append("}");
}

/// A request of these messages.
inline std::string of_messages(std::string_view messages) {
  return R"({"model":"m","messages":[)" + std::string(messages) + "]}";
}

/// `contents` that these messages become, as it is written.
inline std::string contents_of(std::string_view messages,
                               const TranslationTarget& target = gemini_2) {
  return body_of(of_messages(messages), target)["contents"].dump();
}

}  // namespace llmgw::proxy::gemini_test
