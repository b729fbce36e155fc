// SPDX-License-Identifier: MIT
// Made aside: whether there is anything to say shows at the end.
#include "proxy/provider/anthropic/output_config.hpp"

#include <string>

#include "proxy/provider/anthropic/schema.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/options.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::Losses;
using chat::ResponseFormat;

// Empty: there is no format, or it cannot be had.
std::string made_format(const ResponseFormat& format, bool has_schemas, Losses& losses) {
  if (format.kind == ResponseFormat::Kind::json_object) losses.drop("response_format");
  if (format.kind != ResponseFormat::Kind::json_schema) return {};
  if (!has_schemas) {
    losses.refuse_value("response_format");
    return {};
  }
  std::string made = R"({"type":"json_schema","schema":)";
  const SchemaFate fate = append_schema(format.schema, made);
  if (fate == SchemaFate::refused) {
    losses.refuse_value("response_format.json_schema.schema");
    return {};
  }
  if (fate == SchemaFate::closed) losses.drop("response_format.additionalProperties");
  return made + "}";
}

}  // namespace

bool write_output_config(const chat::ChatRequest& request, std::string_view effort,
                         bool has_schemas, Losses& losses, chat::ObjectWriter& writer) {
  ResponseFormat wanted;
  if (!chat::read_response_format(request, losses, wanted)) return false;
  const std::string_view own = request.extension("output_config");
  if (!own.empty() && !chat::is_kind(own, JsonKind::object))
    return losses.reject("output_config", "has to be an object");
  std::string text;
  chat::ObjectWriter config(text);
  chat::JsonMembers members(own);
  for (JsonMember each; members.next(each);) config.raw(each.key, each.value);
  if (!effort.empty()) {
    if (chat::member_of(own, "effort").empty()) {
      config.text("effort", effort);
    } else {
      losses.drop("reasoning_effort");
    }
  }
  const bool has_own_format = !chat::member_of(own, "format").empty();
  const std::string format = has_own_format ? "" : made_format(wanted, has_schemas, losses);
  if (has_own_format && wanted.kind != ResponseFormat::Kind::text) losses.drop("response_format");
  if (!format.empty()) config.raw("format", format);
  config.end();
  if (!config.is_empty()) writer.raw("output_config", text);
  return true;
}

}  // namespace llmgw::proxy::anthropic
