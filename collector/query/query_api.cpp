// SPDX-License-Identifier: MIT
// Who asks, what is asked, and the answer; exports are in query_export.cpp.
#include "collector/query/query_api.hpp"

#include <algorithm>

#include "collector/query/format.hpp"
#include "collector/query/query_call.hpp"
#include "common/http/error_body.hpp"
#include "common/http/router.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view event_path = "/api/v1/events/";
constexpr std::string_view json_type = "application/json";

}  // namespace

std::span<const QueryApi::Route> QueryApi::routes() noexcept {
  static constexpr std::array<Route, 6> all{{
      {"/api/v1/usage", &QueryApi::usage},
      {"/api/v1/latency", &QueryApi::latency},
      {"/api/v1/events", &QueryApi::events},
      {"/api/v1/values", &QueryApi::values},
      {"/api/v1/store", &QueryApi::store},
      {"/api/v1/export", &QueryApi::export_all},
  }};
  return all;
}

Task<void> QueryApi::handle(http::EndpointExchange& exchange) {
  Call call{.exchange = exchange};
  const QueryScope* scope = nullptr;
  if (const auto refused = refusal_of(exchange.head(), scope)) {
    ++refused_[refused->code];
    co_await reply(exchange, *refused);
    co_return;
  }
  if (scope != nullptr) call.terms.visible_tenants = scope->tenants;
  call.terms.now = milliseconds_now();
  const auto begun = std::chrono::steady_clock::now();
  const Answer answered = co_await answer(call);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  if (!call.path.empty()) {
    const HistogramValue none({0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10});
    seconds_.try_emplace(call.path, none).first->second.observe(took.count());
  }
  if (!answered.code.empty()) ++refused_[answered.code];
  if (!exchange.is_response_started()) co_await reply(exchange, answered);
}

Task<void> QueryApi::refuse(http::EndpointExchange& exchange, errc fault) {
  const http::Refusal known = http::refusal_of(fault);
  const Answer answer = error(known.status, known.code, known.message);
  co_await reply(exchange, answer);
}

// A token that is right goes before all else: many wrong ones keep nobody out.
std::optional<QueryApi::Answer> QueryApi::refusal_of(const http::EndpointHead& head,
                                                     const QueryScope*& scope) {
  if (access_.is_empty()) {
    if (head.count("Host") == 1 && is_loopback_host(head.value("Host"))) return std::nullopt;
    return error(403, "host_not_allowed",
                 "Without tokens this address answers by the names of this machine alone.");
  }
  const bool is_there = head.count("Authorization") == 1;
  scope = is_there ? access_.scope_of(head.value("Authorization")) : nullptr;
  if (scope != nullptr) return std::nullopt;
  return wrong_token();
}

QueryApi::Answer QueryApi::wrong_token() {
  constexpr unsigned most = 10;  // a minute
  const auto now = std::chrono::steady_clock::now();
  if (now - wrong_since_ > std::chrono::minutes(1)) {
    wrong_since_ = now;
    wrong_ = 0;
  }
  if (++wrong_ > most)
    return error(429, "too_many_attempts", "Too many tokens that are not valid.");
  return error(401, "invalid_token", "A bearer token that is valid here is needed.");
}

Task<QueryApi::Answer> QueryApi::answer(Call& call) {
  const http::EndpointHead& head = call.exchange.head();
  const std::string_view path = head.path();
  const bool is_event = path.starts_with(event_path) && path.size() > event_path.size();
  const auto all = routes();
  const auto found =
      std::find_if(all.begin(), all.end(), [path](const Route& each) { return each.path == path; });
  if (!is_event && found == all.end())
    co_return error(404, "unknown_url", "There is nothing at this path.");
  if (head.method != "GET" && head.method != "HEAD")
    co_return error(405, "method_not_allowed", "This method is not allowed here.");
  call.path = is_event ? event_path : found->path;
  if (is_event) co_return co_await event(call);
  co_return co_await (this->*found->action)(call);
}

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
  co_return co_await ask(std::move(job));
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
  co_return co_await ask(std::move(job));
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
  co_return co_await ask(std::move(job));
}

Task<QueryApi::Answer> QueryApi::event(Call& call) {
  const auto id = decode_component(call.exchange.head().path().substr(event_path.size()));
  if (const auto unknown = call.parameters.fault()) co_return fault(*unknown);
  constexpr std::string_view none = "-";  // never JSON
  Filter filter;
  filter.visible_tenants = call.terms.visible_tenants;
  Readers::Job job = [&id, &filter, none](Reader& reader) -> Result<std::string> {
    if (!id) return std::string(none);
    const auto found = reader.event(*id, filter);
    if (found.has_error()) return found.error();
    return *found ? event_json(**found) : std::string(none);
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
  if (call.terms.visible_tenants)
    co_return error(403, "scope_not_allowed", "This token does not allow it.");
  Readers::Job job = [](Reader& reader) -> Result<std::string> {
    const auto facts = reader.facts();
    if (facts.has_error()) return facts.error();
    return facts_json(*facts);
  };
  co_return co_await ask(std::move(job));
}

Task<QueryApi::Answer> QueryApi::ask(Readers::Job job) {
  auto answered = co_await readers_.ask(std::move(job));
  if (answered) co_return Answer{200, std::move(*answered)};
  const auto fault_code = answered.error();
  if (fault_code == errc::timed_out)
    co_return error(504, "query_timeout", "The answer took too long; ask for less.");
  if (fault_code == errc::overloaded)
    co_return error(503, "overloaded", "Too many questions wait. Ask again.");
  if (fault_code == errc::body_too_large)
    co_return error(400, "invalid_parameter", "There are too many groups; ask for fewer.",
                    "group_by");
  co_return error(503, "store_unavailable", "The store cannot be read.");
}

QueryApi::Answer QueryApi::error(int status, std::string_view code, std::string_view message,
                                 std::string_view parameter) {
  const std::string_view type = status < 500 ? "invalid_request_error" : "gateway_error";
  return {status, http::error_body(message, type, code, parameter), code};
}

QueryApi::Answer QueryApi::other_tenant() {
  return error(403, "scope_not_allowed", "This token does not allow to see that tenant.", "tenant");
}

QueryApi::Answer QueryApi::fault(const QueryFault& fault) {
  return error(400, "invalid_parameter", fault.parameter + " " + fault.text + ".", fault.parameter);
}

Task<void> QueryApi::reply(http::EndpointExchange& exchange, const Answer& answer) {
  const http::OutField second = answer.status == 401 ? http::OutField{"WWW-Authenticate", "Bearer"}
                                : answer.status == 405 ? http::OutField{"Allow", "GET, HEAD"}
                                : answer.status == 429 ? http::OutField{"Retry-After", "60"}
                                                       : http::OutField{"Retry-After", "1"};
  const bool has_second =
      answer.status == 401 || answer.status == 405 || answer.status == 429 || answer.status == 503;
  const http::OutField fields[] = {{"Content-Type", json_type},
                                   {"Cache-Control", "no-store"},
                                   {"X-Content-Type-Options", "nosniff"},
                                   second};
  const std::span<const http::OutField> sent(fields, has_second ? 4 : 3);
  co_await exchange.reply(answer.status, sent, answer.body);
}

void QueryApi::add_metrics(std::vector<Metric>& metrics) const {
  Metric seconds{
      "llmgw_query_seconds", "Time of an answer of the query API.", MetricKind::histogram, {}};
  for (const auto& [path, value] : seconds_)
    seconds.samples.push_back({{{"path", std::string(path)}}, value});
  Metric refused{"llmgw_query_refused_total",
                 "Questions to the query API that got no answer.",
                 MetricKind::counter,
                 {}};
  for (const auto& [code, count] : refused_)
    refused.samples.push_back({{{"reason", std::string(code)}}, static_cast<double>(count)});
  metrics.push_back(std::move(seconds));
  metrics.push_back(std::move(refused));
}

}  // namespace llmgw::collector
