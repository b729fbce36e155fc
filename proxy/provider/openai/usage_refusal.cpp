// SPDX-License-Identifier: MIT
// The places and the words in which servers refuse a member that they do not know.
#include "proxy/provider/openai/usage_refusal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace llmgw::proxy {
namespace {

using nlohmann::json;

constexpr std::string_view option = "stream_options";
constexpr std::string_view members[] = {"include_usage", "continuous_usage_stats"};

// What stands before the names of what is refused.
struct Words {
  std::string_view before;
  bool is_list = false;  // more than one name may follow
};
constexpr Words known_words[] = {
    {"Unrecognized request argument supplied: "},  // Azure, OpenAI of old
    {"Unrecognized request arguments supplied: ", true},
    {"Unknown parameter: "},                            // OpenAI, Azure
    {"Unsupported parameter: "},                        // OpenAI
    {"Validation error at #/"},                         // Azure with data_sources
    {"Extra parameters ", true},                        // Azure AI model inference
    {"extraneous key "},                                // Bedrock
    {"('body', "},                                      // vLLM before 0.6.5, as Python writes it
    {"Extra inputs are not permitted, field: "},        // Fireworks
    {"Unrecognized key(s) in object: ", true},          // Venice
    {"unknown field "},                                 // servers in Rust (TGI) and Go
    {"Unknown name "},                                  // Google
    {"property "},                                      // Groq
    {"Additional properties are not allowed (", true},  // JSON Schema's validators in Python
};

bool is_of_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Whether what follows those words begins with the option's name, plain, quoted or in brackets.
bool begins_with_option(std::string_view text, bool is_list) noexcept {
  constexpr std::string_view between = " ,'\"`[";
  for (;;) {
    const std::size_t from = std::min(text.find_first_not_of(between), text.size());
    text.remove_prefix(from);
    const auto end = std::find_if_not(text.begin(), text.end(), is_of_name);
    const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (name == option || name == members[0] || name == members[1]) return true;
    if (!is_list || name.empty()) return false;
    text.remove_prefix(name.size());
  }
}

bool is_in_known_words(std::string_view text) noexcept {
  for (const Words& each : known_words) {
    for (std::size_t at = text.find(each.before); at != text.npos;
         at = text.find(each.before, at + 1)) {
      if (begins_with_option(text.substr(at + each.before.size()), each.is_list)) return true;
    }
  }
  return false;
}

// `stream_options`, or a place within it.
bool is_param(std::string_view param) noexcept {
  return param.starts_with(option) &&
         (param.size() == option.size() || !is_of_name(param[option.size()]));
}

// `["body","stream_options",...]`, as FastAPI's validation tells it. Deeper it is a client's own.
bool is_location(const json& loc) {
  if (!loc.is_array()) return false;
  const std::size_t at = !loc.empty() && loc[0] == "body" ? 1 : 0;
  return loc.size() > at && loc[at] == option;
}

const json* find(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// An error by itself: its parameter, its list of details, or its words. They lie one in another,
// but nowhere deeper than this.
bool tells_refusal(const json& error, int depth = 4) {
  if (error.is_string()) return is_in_known_words(error.get_ref<const std::string&>());
  if (depth == 0) return false;
  const auto is_told = [depth](const json& each) { return tells_refusal(each, depth - 1); };
  if (error.is_array()) return std::any_of(error.begin(), error.end(), is_told);
  const json* const param = find(error, "param");
  if (param != nullptr && param->is_string() && is_param(param->get_ref<const std::string&>()))
    return true;
  if (const json* const loc = find(error, "loc"); loc != nullptr && is_location(*loc)) return true;
  const auto is_told_by = [&](const char* name) {
    const json* const found = find(error, name);
    return found != nullptr && is_told(*found);
  };
  return is_told_by("message") || is_told_by("detail") || is_told_by("error");
}

}  // namespace

bool refuses_usage_option(std::string_view text) noexcept try {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return is_in_known_words(text);
  return tells_refusal(document);  // Google's is an array
} catch (const std::exception&) {
  return false;
}

}  // namespace llmgw::proxy
