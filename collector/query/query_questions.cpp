// SPDX-License-Identifier: MIT
// The questions, each read, asked on a reader's thread, and written there.
#include "collector/query/format.hpp"
#include "collector/query/priced.hpp"
#include "collector/query/query_call.hpp"

namespace llmgw::collector {

Task<QueryApi::Answer> QueryApi::usage(Call& call) {
  auto query = parse_usage(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (asks_for_others(query->filter)) co_return other_tenant();
  Readers::Job job = [&query, &call](Reader& reader) -> Result<std::string> {
    const auto answer = reader.usage(*query);
    if (answer.has_error()) return answer.error();
    const std::size_t end = query->offset + answer->rows.size();
    const std::string next = end < answer->found ? cursor_of(*query, end) : std::string();
    return usage_json(*query, *answer, call.terms.now, next);
  };
  co_return co_await ask_packed(call, std::move(job));
}

Task<QueryApi::Answer> QueryApi::latency(Call& call) {
  auto query = parse_latency(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (asks_for_others(query->filter)) co_return other_tenant();
  Readers::Job job = [&query, &call](Reader& reader) -> Result<std::string> {
    const auto rows = reader.latency(*query);
    if (rows.has_error()) return rows.error();
    return latency_json(*query, *rows, call.terms.now);
  };
  co_return co_await ask_packed(call, std::move(job));
}

Task<QueryApi::Answer> QueryApi::events(Call& call) {
  auto query = parse_events(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (asks_for_others(query->filter)) co_return other_tenant();
  Readers::Job job = [&query](Reader& reader) -> Result<std::string> {
    const auto answer = reader.events(*query);
    if (answer.has_error()) return answer.error();
    const std::string next = answer->next.empty() ? std::string() : cursor_of(*query, answer->next);
    return events_json(*answer, next);
  };
  co_return co_await ask_packed(call, std::move(job));
}

Task<QueryApi::Answer> QueryApi::event(Call& call) {
  const auto id = decode_component(call.exchange.head().path().substr(event_path.size()));
  if (const auto unknown = call.parameters.fault()) co_return fault(*unknown);
  constexpr std::string_view none = "-";  // never JSON
  Filter filter;
  filter.visible_tenants = call.terms.visible_tenants;
  const pricing::PricesPointer prices = prices_;
  Readers::Job job = [&id, &filter, &prices, none](Reader& reader) -> Result<std::string> {
    if (!id) return std::string(none);
    auto found = reader.event(*id, filter);
    if (found.has_error()) return found.error();
    if (!*found) return std::string(none);
    if (prices) add_cost_parts(*prices, **found);
    return event_json(**found);
  };
  Answer answer = co_await ask(std::move(job));
  if (answer.body == none) co_return error(404, "event_not_found", "There is no such event.");
  co_return answer;
}

Task<QueryApi::Answer> QueryApi::values(Call& call) {
  auto query = parse_values(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  Readers::Job job = [&query](Reader& reader) -> Result<std::string> {
    const auto values = reader.values(*query);
    if (values.has_error()) return values.error();
    return values_json(facts_of(query->field).field, *values);
  };
  co_return co_await ask(std::move(job));
}

Task<QueryApi::Answer> QueryApi::store(Call& call) {
  if (const auto unknown = call.parameters.fault()) co_return fault(*unknown);
  if (call.terms.visible_tenants) co_return not_for_some();
  Readers::Job job = [](Reader& reader) -> Result<std::string> {
    const auto facts = reader.facts();
    if (facts.has_error()) return facts.error();
    return facts_json(*facts);
  };
  co_return co_await ask(std::move(job));
}

Task<QueryApi::Answer> QueryApi::prices(Call& call) {
  auto query = parse_prices(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  const pricing::PricesPointer prices = prices_;
  Readers::Job job = [&query, &prices, &call](Reader& reader) -> Result<std::string> {
    const auto answer = reader.usage(*query);
    if (answer.has_error()) return answer.error();
    return prices_json(query->span, answer->rows, prices, call.terms.now);
  };
  co_return co_await ask_packed(call, std::move(job));
}

// Reports of a provider are about all tenants.
Task<QueryApi::Answer> QueryApi::reconciliation(Call& call) {
  auto query = parse_reconciliation(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (call.terms.visible_tenants) co_return not_for_some();
  Readers::Job job = [&query](Reader& reader) -> Result<std::string> {
    const auto reports = reader.reconciliations(*query);
    if (reports.has_error()) return reports.error();
    return reconciliations_json(*query, *reports);
  };
  co_return co_await ask_packed(call, std::move(job));
}

Task<QueryApi::Answer> QueryApi::live(Call& call) {
  auto filter = parse_live(call.parameters, call.terms);
  if (filter.has_error()) co_return fault(filter.error());
  if (asks_for_others(*filter)) co_return other_tenant();
  if (live_.is_full()) co_return error(503, "overloaded", "Too many look on already.");
  co_await live_.serve(call.exchange, std::move(*filter));
  co_return Answer{};
}

}  // namespace llmgw::collector
