// SPDX-License-Identifier: MIT
// Requests and schemas for Gemini: what comes out is JSON, bounded, and the same each time.
#include <algorithm>
#include <string>
#include <variant>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/gemini/request.hpp"
#include "proxy/provider/gemini/schema.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

// Levels of objects and arrays in what is JSON.
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string && c == '\\') ++at;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

// A few levels more than a reader takes may come of what it took.
void require_json(std::string_view json) {
  fuzz::require(chat::is_json(json) || depth_of(json) > chat::Reader::deepest);
}

void check_schema(const std::string& text) {
  if (!chat::is_json(text) || chat::kind_of(text) == JsonKind::null) return;
  std::string copy;
  gemini::append_json_schema(text, copy);
  fuzz::require(chat::is_json(copy) && copy.size() <= text.size());
  std::string reduced;
  gemini::SchemaReducer reducer;
  const auto fault = reducer.append(text, reduced);
  fuzz::require((fault == gemini::SchemaFault::none) == !reduced.empty());
  fuzz::require(reduced.size() <= text.size() + 2 * gemini::SchemaReducer::most_work);
  if (!reduced.empty()) require_json(reduced);
}

void check_request(const std::string& body, const TranslationTarget& target) {
  const RequestTranslation result = translate_to_gemini(body, target);
  const RequestTranslation again = translate_to_gemini(body, target);
  fuzz::require(result.index() == again.index());
  if (const auto* const refusal = std::get_if<TranslationRefusal>(&result)) {
    fuzz::require(!refusal->message.empty() && !refusal->code.empty());
    return;
  }
  const auto& request = std::get<TranslatedRequest>(result);
  require_json(request.body);
  fuzz::require(request.body == std::get<TranslatedRequest>(again).body);
  fuzz::require(request.dropped == std::get<TranslatedRequest>(again).dropped);
}

// `choice` says which target the text is for.
void check(std::uint8_t choice, const std::string& text) {
  TranslationTarget target{.model = "gemini-2.5-flash", .provider = "p"};
  if ((choice & 1u) != 0) target.model = "gemini-3-pro";
  target.reduces_schema = (choice & 2u) != 0;
  target.drops_unsupported = (choice & 4u) != 0;
  const std::string hello = R"({"messages":[{"role":"user","content":"a"}],)";
  const std::string tool = R"("tools":[{"function":{"name":"f","parameters":)";
  check_schema(text);
  check_request(text, target);
  check_request(hello + text + "}", target);
  check_request(R"({"messages":[)" + text + "]}", target);
  check_request(hello + tool + text + "}}]}", target);
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0)
    llmgw::proxy::check(data[0], std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
