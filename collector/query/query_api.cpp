// SPDX-License-Identifier: MIT
// Who asks, and how it is answered; the questions are in query_questions.cpp, exports in
// query_export.cpp.
#include "collector/query/query_api.hpp"

#include <algorithm>

#include "collector/query/format.hpp"
#include "collector/query/object_text.hpp"
#include "collector/query/page.hpp"
#include "collector/query/query_call.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/coding/compression.hpp"
#include "common/http/error_body.hpp"
#include "common/http/router.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view api_path = "/api/";
constexpr std::string_view session_path = "/api/v1/session";
constexpr std::string_view json_type = "application/json";

std::string_view allowed_at(std::string_view path) noexcept {
  return path == session_path ? "GET, HEAD, POST, DELETE" : "GET, HEAD";
}

}  // namespace

std::span<const QueryApi::Route> QueryApi::routes() noexcept {
  static constexpr std::array<Route, 9> all{{
      {"/api/v1/usage", &QueryApi::usage},
      {"/api/v1/latency", &QueryApi::latency},
      {"/api/v1/events", &QueryApi::events},
      {"/api/v1/values", &QueryApi::values},
      {"/api/v1/store", &QueryApi::store},
      {"/api/v1/prices", &QueryApi::prices},
      {"/api/v1/reconciliation", &QueryApi::reconciliation},
      {"/api/v1/live", &QueryApi::live},
      {"/api/v1/export", &QueryApi::export_all},
  }};
  return all;
}

Task<void> QueryApi::handle(http::EndpointExchange& exchange) {
  const std::string_view path = exchange.head().path();
  if (!path.starts_with(api_path)) {
    co_await send_page(exchange);
    co_return;
  }
  if (path == session_path) {
    co_await session(exchange);
    co_return;
  }
  Call call{.exchange = exchange};
  const QueryScope* scope = nullptr;
  if (const auto refusal = gate_.refusal_of(exchange.head(), scope)) {
    ++refused_[refusal->code];
    const Answer answer = refused(*refusal);
    co_await reply(exchange, answer);
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

// What is in the files is no secret; but nobody is led to them by a foreign name.
Task<void> QueryApi::send_page(http::EndpointExchange& exchange) {
  const http::EndpointHead& head = exchange.head();
  const PageFile* const file = find_page_file(head.path());
  Answer answer;
  if (const auto refusal = gate_.refusal_of_host(head)) {
    answer = refused(*refusal);
  } else if (file == nullptr) {
    answer = error(404, "unknown_url", "There is nothing at this path.");
  } else if (head.method != "GET" && head.method != "HEAD") {
    answer = error(405, "method_not_allowed", "This method is not allowed here.");
  } else {
    co_await send_page_file(exchange, *file);
    co_return;
  }
  ++refused_[answer.code];
  co_await reply(exchange, answer);
}

// GET: who asks; POST with a token: a session; DELETE: its end.
Task<void> QueryApi::session(http::EndpointExchange& exchange) {
  const std::string_view method = exchange.head().method;
  const QueryScope* scope = nullptr;
  std::string cookie;
  std::optional<QueryGate::Refusal> refusal;
  if (method == "POST") {
    refusal = gate_.open(exchange.head(), cookie);
  } else if (method == "DELETE") {
    refusal = gate_.close(exchange.head(), cookie);
  } else if (method == "GET" || method == "HEAD") {
    refusal = gate_.refusal_of(exchange.head(), scope);
  } else {
    refusal = {405, "method_not_allowed", "This method is not allowed here."};
  }
  if (refusal) {
    ++refused_[refusal->code];
    const Answer answer = refused(*refusal);
    co_await reply(exchange, answer);
    co_return;
  }
  const std::string body = cookie.empty() ? session_json(scope) : std::string();
  const http::OutField fields[] = {{"Cache-Control", "no-store"},
                                   cookie.empty() ? http::OutField{"Content-Type", json_type}
                                                  : http::OutField{"Set-Cookie", cookie},
                                   {"X-Content-Type-Options", "nosniff"}};
  co_await exchange.reply(cookie.empty() ? 200 : 204, fields, body);
}

std::string QueryApi::session_json(const QueryScope* scope) const {
  ObjectText object;
  object.truth("login", gate_.has_tokens());
  const bool is_bounded = scope != nullptr && scope->tenants;
  object.json("tenants", is_bounded ? list_of(std::span<const std::string>(*scope->tenants),
                                              [](const std::string& each) {
                                                std::string text;
                                                append_json_string(each, text);
                                                return text;
                                              })
                                    : "null");
  object.number("events_port", events_port_);
  const std::int64_t since = pipeline_ == nullptr ? 0 : pipeline_->failing_since();
  since == 0 ? object.json("not_stored_since", "null")
             : object.text("not_stored_since", time_text(since));
  object.text("version", LLMGW_VERSION);
  return object.finish();
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

// On the reader's thread, for packing takes its time.
Task<QueryApi::Answer> QueryApi::ask_packed(Call& call, Readers::Job job) {
  constexpr std::size_t least = 1'024;
  const bool is_taken = takes_coding(call.exchange.head().value("Accept-Encoding"), "gzip");
  bool is_packed = false;
  Readers::Job packing = [&job, &is_packed, is_taken](Reader& reader) {
    Result<std::string> text = job(reader);
    is_packed = is_taken && text && text->size() >= least;
    return is_packed ? Result<std::string>(gzip(*text)) : text;
  };
  Answer answer = co_await ask(std::move(packing));
  answer.is_packed = is_packed && answer.status == 200;
  co_return answer;
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
  if (fault_code == make_error_code(boost::system::errc::protocol_not_supported))
    co_return error(501, "not_with_this_store", "This kind of store does not keep it.");
  co_return error(503, "store_unavailable", "The store cannot be read.");
}

QueryApi::Answer QueryApi::error(int status, std::string_view code, std::string_view message,
                                 std::string_view parameter) {
  const std::string_view type = status < 500 ? "invalid_request_error" : "gateway_error";
  return {status, http::error_body(message, type, code, parameter), code};
}

QueryApi::Answer QueryApi::refused(const QueryGate::Refusal& refusal) {
  return error(refusal.status, refusal.code, refusal.message);
}

QueryApi::Answer QueryApi::not_for_some() {
  return error(403, "scope_not_allowed", "This token does not allow it.");
}

QueryApi::Answer QueryApi::other_tenant() {
  return error(403, "scope_not_allowed", "This token does not allow to see that tenant.", "tenant");
}

QueryApi::Answer QueryApi::fault(const QueryFault& fault) {
  return error(400, "invalid_parameter", fault.parameter + " " + fault.text + ".", fault.parameter);
}

Task<void> QueryApi::reply(http::EndpointExchange& exchange, const Answer& answer) {
  std::vector<http::OutField> fields{{"Content-Type", json_type},
                                     {"Cache-Control", "no-store"},
                                     {"X-Content-Type-Options", "nosniff"},
                                     {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (answer.is_packed) fields.push_back({"Content-Encoding", "gzip"});
  switch (answer.status) {
    case 401: fields.push_back({"WWW-Authenticate", "Bearer"}); break;
    case 405: fields.push_back({"Allow", allowed_at(exchange.head().path())}); break;
    case 429: fields.push_back({"Retry-After", "60"}); break;
    case 503: fields.push_back({"Retry-After", "1"}); break;
    default: break;
  }
  co_await exchange.reply(answer.status, fields, answer.body);
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
  metrics.push_back({"llmgw_query_sessions",
                     "Browsers that are logged in.",
                     MetricKind::gauge,
                     {{{}, static_cast<double>(gate_.sessions())}}});
  live_.add_metrics(metrics);
}

}  // namespace llmgw::collector
