// SPDX-License-Identifier: MIT
// One table: each member's name, its types, and the value that goes without saying.
#include "proxy/provider/chat/request.hpp"

#include <algorithm>

#include "common/json/scalar.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::chat {
namespace {

// Types that a member may have.
enum Types : std::uint8_t { text = 1, number = 2, boolean = 4, object = 8, array = 16, any = 31 };

struct Row {
  std::string_view name;
  unsigned types;
  std::string_view implied = {};  // what holds without it, as it is written
};

// In the order of ChatParam.
constexpr Row rows[] = {
    {"model", text},
    {"messages", array},
    {"max_completion_tokens", number},
    {"max_tokens", number},
    {"temperature", number, "1"},
    {"top_p", number, "1"},
    {"top_k", number},
    {"stop", text | array, "[]"},
    {"n", number, "1"},
    {"seed", number},
    {"presence_penalty", number, "0"},
    {"frequency_penalty", number, "0"},
    {"logit_bias", object, "{}"},
    {"logprobs", boolean, "false"},
    {"top_logprobs", number, "0"},
    {"tools", array, "[]"},
    {"functions", array, "[]"},
    {"tool_choice", text | object, "\"auto\""},
    {"function_call", text | object, "\"auto\""},
    {"parallel_tool_calls", boolean, "true"},
    {"response_format", object},
    {"reasoning_effort", text},
    {"verbosity", text, "\"medium\""},
    {"user", text, "\"\""},
    {"safety_identifier", text, "\"\""},
    {"metadata", object, "{}"},
    {"store", boolean, "false"},
    {"prediction", object},
    {"service_tier", text},
    {"prompt_cache_key", text, "\"\""},
    {"prompt_cache_retention", text, "\"in_memory\""},
    {"moderation", any},
    {"stream", boolean, "false"},
    {"stream_options", object, "{}"},
    {"modalities", array, "[]"},
    {"audio", object},
    {"web_search_options", object},
};
static_assert(std::size(rows) == static_cast<std::size_t>(ChatParam::count));

unsigned type_of(std::string_view value) noexcept {
  switch (kind_of(value)) {
    case JsonKind::text: return text;
    case JsonKind::number: return number;
    case JsonKind::object: return object;
    case JsonKind::array: return array;
    default: return boolean;
  }
}

std::string_view why(unsigned types) noexcept {
  switch (types) {
    case text: return "has to be a string";
    case number: return "has to be a number";
    case boolean: return "has to be true or false";
    case object: return "has to be an object";
    case array: return "has to be an array";
    case text | array: return "has to be a string or an array";
    default: return "has to be a string or an object";
  }
}

// `value` is of a type that the row allows.
bool is_implied(const Row& row, std::string_view value) {
  if (row.implied.empty()) return false;
  if (row.implied == "[]" || row.implied == "{}")
    return type_of(value) > boolean && is_vacant(value);
  const auto inside = inside_of(row.implied);
  if (inside) return is_string(value, *inside);
  if (row.types == number) return number_of(value) == number_of(row.implied);
  return value == row.implied;
}

}  // namespace

std::string_view name_of(ChatParam param) noexcept {
  return rows[static_cast<std::size_t>(param)].name;
}

std::string_view ChatRequest::extension(std::string_view name) const noexcept {
  for (const auto& [known, value] : extensions_) {
    if (known == name) return value;
  }
  return {};
}

std::string_view* ChatRequest::place_of(std::string_view key) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (is_text(key, rows[i].name)) return &values_[i];
  }
  for (auto& [name, value] : extensions_) {
    if (is_text(key, name)) return &value;
  }
  return nullptr;
}

bool ChatRequest::check(Losses& losses) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::string_view& value = values_[i];
    if (value.empty()) continue;
    const Row& row = rows[i];
    if ((type_of(value) & row.types) == 0)
      return losses.reject(std::string(row.name), why(row.types));
    if (is_implied(row, value)) value = {};
  }
  if (!has(ChatParam::messages)) return losses.reject("messages", "is required");
  return true;
}

std::optional<ChatRequest> read_chat_request(std::string_view body,
                                             std::span<const std::string_view> extensions,
                                             Losses& losses) {
  ChatRequest request;
  for (const std::string_view name : extensions) request.extensions_.emplace_back(name, "");
  const Reader reader(body);
  const std::size_t begin = reader.offset(reader.blanks(reader.begin()));
  if (!is_json(body) || body[begin] != '{') {
    losses.reject("", "has to be one JSON object");
    return std::nullopt;
  }
  JsonMembers members(body.substr(begin));
  for (JsonMember each; members.next(each);) {
    std::string_view* const place = request.place_of(each.key);
    const std::string_view value = is_nothing(each.value) ? std::string_view() : each.value;
    if (place != nullptr) {
      *place = value;
    } else if (!value.empty()) {
      losses.drop_unknown("", each.key);
    }
  }
  if (!request.check(losses)) return std::nullopt;
  return request;
}

bool read_stream_options(const ChatRequest& request, Losses& losses, bool& wants_usage) {
  JsonMembers members(request[ChatParam::stream_options]);
  for (JsonMember each; members.next(each);) {
    if (is_nothing(each.value)) continue;
    if (!is_text(each.key, "include_usage")) {
      losses.drop_unknown("stream_options.", each.key);
      continue;
    }
    if (type_of(each.value) != boolean)
      return losses.reject("stream_options.include_usage", why(boolean));
    wants_usage = each.value == "true";
  }
  return true;
}

bool read_max_tokens(const ChatRequest& request, Losses& losses,
                     std::optional<std::int64_t>& max_tokens) {
  for (const ChatParam param : {ChatParam::max_completion_tokens, ChatParam::max_tokens}) {
    if (!request.has(param)) continue;
    const auto count = parse_count(request[param]);
    if (!count || *count == 0)
      return losses.reject(std::string(name_of(param)), "has to be a whole number from 1");
    if (max_tokens && *max_tokens != *count) losses.drop(name_of(param));
    if (!max_tokens) max_tokens = count;
  }
  return true;
}

}  // namespace llmgw::proxy::chat
