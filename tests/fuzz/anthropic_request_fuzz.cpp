// SPDX-License-Identifier: MIT
// Requests translated for Anthropic, judged by a full parse: always a request that is JSON with
// what the API demands, or a refusal; the same ones again; and never much larger than what came.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "proxy/provider/anthropic/request.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;

// What the reader does not look at within strings, and a parser does.
bool may_have_odd_strings(std::string_view body) {
  if (body.find("\\ud") != body.npos || body.find("\\uD") != body.npos) return true;
  return std::any_of(body.begin(), body.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || byte < 0x20;
  });
}

bool is_harmless(std::string_view name) {
  return !name.empty() && name.size() < 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_-.[]").find(c) != std::string_view::npos;
  });
}

// Numbers that no double holds are JSON, and yet no parser's.
bool is_out_of_range(const std::string& text) {
  try {
    (void)json::parse(text);
  } catch (const json::out_of_range&) {
    return true;
  } catch (const json::exception&) {
    return false;
  }
  return false;
}

void check_request(std::string_view body, const TranslatedRequest& request) {
  for (const std::string& each : request.dropped) fuzz::require(is_harmless(each));
  constexpr std::size_t own_part = 16 * 1024, growth = 8;
  fuzz::require(request.body.size() <= body.size() * growth + own_part);
  if (may_have_odd_strings(body)) return;
  const json parsed = json::parse(request.body, nullptr, false);
  if (parsed.is_discarded()) {
    fuzz::require(is_out_of_range(request.body));
    return;
  }
  fuzz::require(parsed.at("model").is_string() && parsed.at("max_tokens").is_number_unsigned());
  fuzz::require(!parsed.at("messages").empty());
  for (const json& turn : parsed.at("messages")) fuzz::require(!turn.at("content").empty());
}

void check(std::string_view body, const TranslationTarget& target) {
  const RequestTranslation got = translate_to_anthropic(body, target);
  const RequestTranslation again = translate_to_anthropic(body, target);
  fuzz::require(got.index() == again.index());
  if (const auto* const request = std::get_if<TranslatedRequest>(&got)) {
    fuzz::require(request->body == std::get<TranslatedRequest>(again).body);
    check_request(body, *request);
  } else {
    const auto& refusal = std::get<TranslationRefusal>(got);
    fuzz::require(!refusal.code.empty() && !refusal.message.empty());
  }
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using llmgw::proxy::TranslationTarget;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TranslationTarget target{.model = "claude-sonnet-4-5", .provider = "p"};
  llmgw::proxy::check(text, target);
  target.model = "claude-opus-4-8";
  target.drops_unsupported = target.marks_cache = target.streams_tool_input = true;
  llmgw::proxy::check(text, target);
  const std::string schema =
      R"({"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema",)"
      R"("json_schema":{"schema":)" +
      std::string(text) + "}}}";
  llmgw::proxy::check(schema, target);
  return 0;
}
