// SPDX-License-Identifier: MIT
// What the answer is to be like.
#include <algorithm>

#include "tests/mock_upstream/anthropic/check.hpp"

namespace llmgw::mock::anthropic {
namespace {

void check_budget(const Json& body, const Json& thinking, Complaint& complaint) {
  const std::int64_t budget = whole_of(at(thinking, "budget_tokens"), 0);
  complaint.add_if(budget < 1024, "thinking.budget_tokens",
                   "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  complaint.add_if(has(body, "max_tokens") && budget >= whole_of(at(body, "max_tokens"), 0),
                   "max_tokens", "`max_tokens` must be greater than `thinking.budget_tokens`.");
  complaint.add_if(number_of(at(body, "temperature"), 1) != 1, "temperature",
                   "`temperature` may only be set to 1 when thinking is enabled.");
}

void check_thinking(const Json& body, const Model& model, Complaint& complaint) {
  const Json& thinking = at(body, "thinking");
  if (thinking.is_null()) return;
  const std::string type = text_of(at(thinking, "type"));
  complaint.add_if(type == "enabled" && !model.budget_thinking, "thinking.type",
                   "\"thinking.type.enabled\" is not supported for this model. Use "
                   "\"thinking.type.adaptive\" and \"output_config.effort\".");
  complaint.add_if(type == "adaptive" && !model.adaptive_thinking, "thinking.type",
                   "adaptive thinking is not supported on this model");
  if (type == "enabled") {
    check_members(thinking, "thinking", {"type", "budget_tokens", "display"}, complaint);
    check_budget(body, thinking, complaint);
    return;
  }
  check_members(thinking, "thinking", {"type", "display"}, complaint);
  complaint.add_if(type != "adaptive" && type != "disabled" && type != "between_tools", "thinking",
                   "thinking: Input tag '" + type +
                       "' found using 'type' does not match any of "
                       "the expected tags");
}

void check_effort(const Json& effort, const Model& model, Complaint& complaint) {
  if (effort.is_null()) return;
  const std::string level = text_of(effort);
  constexpr std::string_view levels[] = {"low", "medium", "high", "xhigh", "max"};
  complaint.add_if(std::find(std::begin(levels), std::end(levels), level) == std::end(levels),
                   "output_config.effort",
                   "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or "
                   "'max'");
  complaint.add_if(level == "xhigh" && !model.high_efforts, "output_config.effort",
                   "This model does not support effort level 'xhigh'. Supported levels: high, "
                   "low, max, medium.");
}

// Objects have to be closed, however deep; what else a schema may not have is left to the provider.
void check_schema(const Json& schema, const std::string& path, Complaint& complaint) {
  if (!schema.is_structured() || complaint.has_fault()) return;
  if (text_of(at(schema, "type")) == "object") {
    const Json& more = at(schema, "additionalProperties");
    complaint.add_if(!more.is_boolean() || is_true(more), path,
                     path +
                         ": For 'object' type, 'additionalProperties' must be explicitly set "
                         "to false");
  }
  for (const char* unknown : {"$schema", "oneOf", "minLength", "maxLength", "pattern"}) {
    complaint.add_if(has(schema, unknown), path,
                     path + ": schema keyword '" + unknown + "' is not supported");
  }
  for (const char* list : {"anyOf", "allOf"}) {
    for (const auto& [key, value] : at(schema, list).items())
      check_schema(value, path + "." + list + "." + key, complaint);
  }
  for (const char* named : {"properties", "$defs"}) {
    for (const auto& [key, value] : at(schema, named).items())
      check_schema(value, path + "." + named + "." + key, complaint);
  }
  check_schema(at(schema, "items"), path + ".items", complaint);
}

}  // namespace

void check_output(const Json& body, const Model& model, Complaint& complaint) {
  check_thinking(body, model, complaint);
  const Json& config = at(body, "output_config");
  check_members(config, "output_config", {"effort", "format"}, complaint);
  check_effort(at(config, "effort"), model, complaint);
  const Json& format = at(config, "format");
  if (format.is_null()) return;
  check_members(format, "output_config.format", {"type", "schema"}, complaint);
  complaint.add_if(text_of(at(format, "type")) != "json_schema", "output_config.format.type",
                   "output_config.format.type: Input should be 'json_schema'");
  complaint.add_if(!at(format, "schema").is_object(), "output_config.format.schema",
                   "output_config.format.schema: Field required");
  check_schema(at(format, "schema"), "output_config.format.schema", complaint);
}

}  // namespace llmgw::mock::anthropic
