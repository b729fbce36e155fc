// SPDX-License-Identifier: MIT
// Each capability is an object that says whether it is supported.
#include "proxy/provider/anthropic/models.hpp"

#include "common/text/timestamp.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/target.hpp"

namespace llmgw::proxy {
namespace {

using chat::member_of;

void append_target(std::string& out, std::string_view page) {
  out.append("/v1/models?limit=1000");
  if (page.empty()) return;
  out.append("&after_id=");
  append_segment(out, page);
}

std::optional<bool> supports(std::string_view capabilities, std::string_view name) {
  return read_fact(member_of(member_of(capabilities, name), "supported"));
}

// Where there is no effort at all, there is none of its levels.
EffortFacts effort_of(std::string_view effort) {
  if (read_fact(member_of(effort, "supported")) == std::optional(false))
    return {.low = false, .medium = false, .high = false, .xhigh = false, .max = false};
  return {.low = supports(effort, "low"),
          .medium = supports(effort, "medium"),
          .high = supports(effort, "high"),
          .xhigh = supports(effort, "xhigh"),
          .max = supports(effort, "max")};
}

void read_capabilities(std::string_view capabilities, ModelFacts& facts) {
  const std::string_view thinking = member_of(capabilities, "thinking");
  const std::string_view types = member_of(thinking, "types");
  facts.thinks = read_fact(member_of(thinking, "supported"));
  facts.thinks_adaptively = supports(types, "adaptive");
  facts.takes_budget = supports(types, "enabled");
  facts.may_stop_thinking = supports(types, "disabled");
  facts.has_output_schemas = supports(capabilities, "structured_outputs");
  facts.effort = effort_of(member_of(capabilities, "effort"));
}

bool read_model(std::string_view element, DiscoveredModel& model) {
  if (!read_model_id(member_of(element, "id"), model.id)) return false;
  const auto created =
      parse_timestamp(chat::inside_of(member_of(element, "created_at")).value_or(""));
  const auto seconds =
      created ? std::chrono::floor<std::chrono::seconds>(created->time_since_epoch()).count() : 0;
  if (seconds > 0) model.created = seconds;  // others stand for one that is not known
  model.facts.max_output = read_limit(member_of(element, "max_tokens"));
  read_capabilities(member_of(element, "capabilities"), model.facts);
  return true;
}

std::optional<ModelPage> read(std::string_view body) {
  auto page = read_models(body, "data", read_model);
  if (!page) return page;
  body.remove_prefix(body.find('{'));
  if (member_of(body, "has_more") == "true") page->next = read_cursor(member_of(body, "last_id"));
  return page;
}

}  // namespace

constinit const ModelListing anthropic_models{.append_target = append_target, .read = read};

}  // namespace llmgw::proxy
