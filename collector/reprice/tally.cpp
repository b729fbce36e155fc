// SPDX-License-Identifier: MIT
// Adding up, and lines.
#include "collector/reprice/tally.hpp"

#include "collector/query/people_text.hpp"

namespace llmgw::collector {
namespace {

std::string line_of(const RepriceCounts& counts, bool is_dry) {
  std::string text = std::to_string(counts.events) + " events, " + std::to_string(counts.changed);
  text += is_dry ? " would change: " : " changed: ";
  text += usd_text(counts.nano_usd_before) + " USD and " + std::to_string(counts.unpriced_before);
  text += " without a cost before, " + usd_text(counts.nano_usd_after) + " USD and ";
  return text + std::to_string(counts.unpriced_after) + " without a cost after";
}

}  // namespace

void RepriceCounts::add(const std::optional<std::int64_t>& before,
                        const std::optional<std::int64_t>& after) {
  ++events;
  changed += before == after ? 0 : 1;
  unpriced_before += before ? 0 : 1;
  unpriced_after += after ? 0 : 1;
  nano_usd_before += before.value_or(0);
  nano_usd_after += after.value_or(0);
}

void RepriceCounts::add(const RepriceCounts& more) {
  events += more.events;
  changed += more.changed;
  unpriced_before += more.unpriced_before;
  unpriced_after += more.unpriced_after;
  nano_usd_before += more.nano_usd_before;
  nano_usd_after += more.nano_usd_after;
}

RepriceCounts& RepriceTally::of(const Name& name) {
  const auto found = models_.find(name);
  if (found != models_.end()) return found->second;
  return models_[models_.size() < most_models ? name : Name("other", "other")];
}

void RepriceTally::add(std::string_view provider, std::string_view model,
                       const std::optional<std::int64_t>& before,
                       const std::optional<std::int64_t>& after) {
  all_.add(before, after);
  of({std::string(provider), std::string(model)}).add(before, after);
}

void RepriceTally::add(const RepriceTally& more) {
  all_.add(more.all_);
  for (const auto& [name, counts] : more.models_) of(name).add(counts);
}

std::vector<std::string> RepriceTally::lines(bool is_dry) const {
  std::vector<std::string> lines;
  for (const auto& [name, counts] : models_) {
    if (counts.changed == 0) continue;
    lines.push_back(shown_name(name.first) + " " + shown_name(name.second) + ": " +
                    line_of(counts, is_dry));
  }
  lines.push_back("all: " + line_of(all_, is_dry));
  return lines;
}

}  // namespace llmgw::collector
