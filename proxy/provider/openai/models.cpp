// SPDX-License-Identifier: MIT
// Names and little else.
#include "proxy/provider/openai/models.hpp"

#include "common/json/scalar.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::int64_t last_instant = 253'402'300'799;  // of the year 9999

void append_target(std::string& out, std::string_view) { out.append("/v1/models"); }

bool read_model(std::string_view element, DiscoveredModel& model) {
  const auto created = parse_count(chat::member_of(element, "created"));
  if (created && *created > 0 && *created <= last_instant) model.created = created;
  return read_model_id(chat::member_of(element, "id"), model.id);
}

std::optional<ModelPage> read(std::string_view body) {
  return read_models(body, "data", read_model);
}

}  // namespace

constinit const ModelListing openai_models{.append_target = append_target, .read = read};

}  // namespace llmgw::proxy
