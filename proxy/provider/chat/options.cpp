// SPDX-License-Identifier: MIT
// Words and small objects.
#include "proxy/provider/chat/options.hpp"

namespace llmgw::proxy::chat {
namespace {

constexpr std::string_view efforts[] = {"none", "minimal", "low", "medium", "high", "xhigh", "max"};

}  // namespace

bool read_response_format(const ChatRequest& request, Losses& losses, ResponseFormat& format) {
  using Kind = ResponseFormat::Kind;
  if (!request.has(ChatParam::response_format)) return true;
  const std::string_view value = request[ChatParam::response_format];
  const std::string_view type = member_of(value, "type");
  if (is_string(type, "text")) return true;
  if (is_string(type, "json_object")) {
    format.kind = Kind::json_object;
    return true;
  }
  if (!is_string(type, "json_schema")) {
    if (!inside_of(type)) return losses.reject("response_format.type", "has to be a string");
    losses.refuse_value("response_format");
    return true;
  }
  const std::string_view schema = member_of(member_of(value, "json_schema"), "schema");
  if (!is_kind(schema, JsonKind::object))
    return losses.reject("response_format.json_schema.schema", "has to be an object");
  format.kind = Kind::json_schema;
  format.schema = schema;
  return true;
}

std::string_view word_of(Effort effort) noexcept {
  return efforts[static_cast<std::size_t>(effort)];
}

std::optional<Effort> read_effort(const ChatRequest& request, Losses& losses) {
  if (!request.has(ChatParam::reasoning_effort)) return std::nullopt;
  for (std::size_t i = 0; i < std::size(efforts); ++i) {
    if (is_string(request[ChatParam::reasoning_effort], efforts[i])) return static_cast<Effort>(i);
  }
  losses.refuse_value("reasoning_effort");
  return std::nullopt;
}

}  // namespace llmgw::proxy::chat
