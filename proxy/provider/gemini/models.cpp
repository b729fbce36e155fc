// SPDX-License-Identifier: MIT
// A model's name is that of a resource; clients leave the folder out.
#include "proxy/provider/gemini/models.hpp"

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/target.hpp"

namespace llmgw::proxy {
namespace {

using chat::member_of;

void append_target(std::string& out, std::string_view page) {
  out.append("/v1beta/models?pageSize=1000");
  if (page.empty()) return;
  out.append("&pageToken=");
  append_segment(out, page);
}

bool read_model(std::string_view element, DiscoveredModel& model) {
  constexpr std::string_view folder = "models/";
  if (!read_model_id(member_of(element, "name"), model.id)) return false;
  if (model.id.starts_with(folder)) model.id.erase(0, folder.size());
  model.facts.max_output = read_limit(member_of(element, "outputTokenLimit"));
  model.facts.thinks = read_fact(member_of(element, "thinking"));
  return !model.id.empty();
}

std::optional<ModelPage> read(std::string_view body) {
  auto page = read_models(body, "models", read_model);
  if (!page) return page;
  body.remove_prefix(body.find('{'));
  page->next = read_cursor(member_of(body, "nextPageToken"));
  return page;
}

}  // namespace

constinit const ModelListing gemini_models{.append_target = append_target, .read = read};

}  // namespace llmgw::proxy
