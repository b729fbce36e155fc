// SPDX-License-Identifier: MIT
// The rules of routing, in their order: header, exact name against `provider/name`, routes, models,
// the default.
#include "proxy/route/table.hpp"

#include <algorithm>

#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

bool fits_any(const std::vector<std::string>& patterns, std::string_view text) noexcept {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [text](const auto& each) { return matches(each, text); });
}

bool has_field(const http::Head& head, std::string_view name, std::string_view value) noexcept {
  return std::any_of(head.fields.begin(), head.fields.end(), [&](const http::Field& each) {
    return equals_ignoring_case(each.name, name) && matches(value, each.value);
  });
}

bool fits(const RouteMatch& match, const RouteQuery& query) noexcept {
  return fits_any(match.tenants, query.tenant) && fits_any(match.models, query.model) &&
         fits_any(match.paths, query.path) &&
         std::all_of(match.headers.begin(), match.headers.end(), [&](const auto& each) {
           return has_field(query.head, each.first, each.second);
         });
}

// Most names differ in their length already.
bool is_before(std::string_view a, std::string_view b) noexcept {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

constexpr auto by_name = [](const auto& model, std::string_view name) noexcept {
  return is_before(model.name, name);
};

}  // namespace

RouteTable::RouteTable(const Config& config, CoolingBook& book, Counts* counts)
    : fallback_(config.default_upstream),
      is_of_file_(config.selects_by_header && routes_by_file(config)),
      remembers_signatures_(config.routing.remembers_signatures) {
  const Sources from{config, book, counts};
  RetrySettings retry = config.routing.retry;
  if (!is_of_file_) retry.attempts = 1;
  for (const UpstreamSettings& each : config.upstreams) names_.push_back(each.name);
  add_models(from);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const TargetSettings whole{.upstream = i, .translation = config.upstreams[i].translation};
    by_upstream_.push_back(add(entry_of(from, {}, std::span(&whole, 1), retry)));
    entries_.back().drops_unsupported = config.routing.drops_unsupported;
  }
  add_rules(from);
}

// They come first, so that their numbers are those of the settings.
void RouteTable::add_models(const Sources& from) {
  for (const ModelSettings& each : from.config.routing.models) {
    RouteEntry entry = entry_of(from, each.name, each.targets, each.retry);
    entry.fallback = each.fallback;
    entry.has_affinity = each.has_affinity;
    entry.drops_unsupported = each.drops_unsupported;
    entry.prefers_native = each.prefers_native;
    for (Candidate& candidate : entry.candidates)
      candidate.translation.shows_reasoning =
          each.shows_reasoning.value_or(candidate.translation.shows_reasoning);
    const std::size_t number = add(std::move(entry));
    const bool is_begin = each.name.ends_with('*');
    (is_begin ? begins_ : exact_)
        .push_back({each.name.substr(0, each.name.size() - (is_begin ? 1 : 0)), number});
  }
  std::sort(exact_.begin(), exact_.end(),
            [](const Model& a, const Model& b) { return is_before(a.name, b.name); });
  std::stable_sort(begins_.begin(), begins_.end(),
                   [](const Model& a, const Model& b) { return a.name.size() > b.name.size(); });
}

void RouteTable::add_rules(const Sources& from) {
  for (const RouteSettings& each : from.config.routing.routes) {
    Rule rule{each.match, each.model, 0, each.denies};
    if (!each.targets.empty()) {
      rule.entry = add(entry_of(from, each.name, each.targets, each.retry));
      entries_[rule.entry].drops_unsupported = each.drops_unsupported;
      entries_[rule.entry].prefers_native = each.prefers_native;
    }
    has_denials_ |= each.denies;
    if (each.denies || !each.model.empty() || !each.targets.empty())
      rules_.push_back(std::move(rule));
  }
}

std::size_t RouteTable::add(RouteEntry entry) {
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

// Each target once for each key of its provider, which share its weight.
RouteEntry RouteTable::entry_of(const Sources& from, std::string name,
                                std::span<const TargetSettings> targets,
                                const RetrySettings& retry) const {
  RouteEntry entry{.name = std::move(name), .retry = retry};
  for (const TargetSettings& target : targets) {
    const std::size_t keys = from.config.upstreams[target.upstream].keys.size();
    for (std::size_t key = 0; key < std::max<std::size_t>(keys, 1); ++key)
      entry.candidates.push_back(candidate_of(from, target, key));
  }
  return entry;
}

Candidate RouteTable::candidate_of(const Sources& from, const TargetSettings& target,
                                   std::size_t key) const {
  const UpstreamSettings& upstream = from.config.upstreams[target.upstream];
  const UpstreamKey* const own = upstream.keys.empty() ? nullptr : &upstream.keys[key];
  const std::string_view key_name = own == nullptr ? std::string_view() : own->name;
  Candidate made{.upstream = target.upstream,
                 .key = key,
                 .model = target.model,
                 .name = target_name(upstream.name, key_name, target.model),
                 .weight = target.weight * (own == nullptr ? 1 : own->weight),
                 .terms = upstream.cooldown,
                 .translation = target.translation};
  if (!is_of_file_) return made;
  made.cooling = from.book.of(upstream.name, key_name, target.model);
  if (from.counts != nullptr) made.counts = &(*from.counts)[made.name];
  return made;
}

std::variant<Route, RouteFault> RouteTable::find(const RouteQuery& query) {
  if (!is_of_file_) return route_to(by_upstream_[*fallback_], RouteReason::only);
  const http::Field* choice = nullptr;
  for (const http::Field& each : query.head.fields) {
    if (each.id != http::FieldId::x_llm_provider) continue;
    if (choice != nullptr) return RouteFault::unknown_provider;
    choice = &each;
  }
  if (choice != nullptr) return find_chosen(query, choice->value);
  auto route = find_by_prefix(query);
  if (!route) route = find_by_rule(query);
  if (!route) route = find_by_model(query.model);
  if (!route && fallback_) route = route_to(by_upstream_[*fallback_], RouteReason::fallback);
  if (!route) return RouteFault::unknown_model;
  return with_denials(std::move(*route), query);
}

std::variant<Route, RouteFault> RouteTable::find(const RouteQuery& query, std::size_t upstream) {
  return with_denials(route_to(by_upstream_[upstream], RouteReason::fallback), query);
}

std::variant<Route, RouteFault> RouteTable::find_chosen(const RouteQuery& query,
                                                        std::string_view name) {
  const auto number = number_of(name);
  if (!number) return RouteFault::unknown_provider;
  return with_denials(route_to(by_upstream_[*number], RouteReason::header), query);
}

// `provider/name`, unless all of it is the name of a model.
std::optional<Route> RouteTable::find_by_prefix(const RouteQuery& query) {
  const auto slash = query.model.find('/');
  if (slash == query.model.npos || slash + 1 == query.model.size()) return std::nullopt;
  const auto number = number_of(query.model.substr(0, slash));
  if (!number) return std::nullopt;
  const auto exact = std::lower_bound(exact_.begin(), exact_.end(), query.model, by_name);
  if (exact != exact_.end() && exact->name == query.model) return std::nullopt;
  Route route = route_to(by_upstream_[*number], RouteReason::prefix);
  route.rename(query.model.substr(slash + 1));
  return route;
}

std::optional<Route> RouteTable::find_by_rule(const RouteQuery& query) {
  for (const Rule& each : rules_) {
    if (each.denies || !fits(each.match, query)) continue;
    if (each.model.empty()) return route_to(each.entry, RouteReason::route);
    auto route = find_by_model(each.model);
    if (!route && fallback_) route = route_to(by_upstream_[*fallback_], RouteReason::route);
    if (route) route->rename(each.model);
    return route;
  }
  return std::nullopt;
}

std::optional<Route> RouteTable::find_by_model(std::string_view model) {
  if (model.empty()) return std::nullopt;
  const auto exact = std::lower_bound(exact_.begin(), exact_.end(), model, by_name);
  if (exact != exact_.end() && exact->name == model)
    return route_to(exact->entry, RouteReason::model);
  const auto begin = std::find_if(begins_.begin(), begins_.end(), [model](const Model& each) {
    return model.starts_with(each.name);
  });
  if (begin == begins_.end()) return std::nullopt;
  return route_to(begin->entry, RouteReason::model);
}

// Held against whatever was found, and against what it falls back on.
std::variant<Route, RouteFault> RouteTable::with_denials(Route route,
                                                         const RouteQuery& query) const {
  if (!has_denials_) return route;
  std::vector<bool> denied(names_.size(), false);
  for (const Rule& each : rules_) {
    if (!each.denies || !fits(each.match, query)) continue;
    if (each.match.upstreams.empty()) denied.assign(names_.size(), true);
    for (const std::size_t upstream : each.match.upstreams) denied[upstream] = true;
  }
  if (std::find(denied.begin(), denied.end(), true) == denied.end()) return route;
  route.leave_out(denied);
  if (!route.has_any()) return RouteFault::denied;
  return route;
}

Route RouteTable::route_to(std::size_t entry, RouteReason reason) noexcept {
  return Route(entries_, entry, reason);
}

std::optional<std::size_t> RouteTable::number_of(std::string_view upstream) const noexcept {
  const auto found = std::find(names_.begin(), names_.end(), upstream);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

std::vector<RouteTable::Offer> RouteTable::offers(RouteQuery query) {
  std::vector<Offer> offers;
  for (const Model& each : exact_) {
    query.model = each.name;
    auto found = find(query);
    if (const Route* route = std::get_if<Route>(&found))
      offers.push_back({each.name, names_[route->all().front().candidate->upstream]});
  }
  std::sort(offers.begin(), offers.end(),
            [](const Offer& a, const Offer& b) { return a.model < b.model; });
  return offers;
}

bool RouteTable::leads_to(const RouteQuery& query, std::size_t upstream) {
  const auto found = find(query);
  const Route* const route = std::get_if<Route>(&found);
  return route != nullptr && route->asks_by_name(upstream, query.model);
}

}  // namespace llmgw::proxy
