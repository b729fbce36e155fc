// SPDX-License-Identifier: MIT
// Exports, page by page: none is ever in memory as a whole, and one that breaks off is seen to.
#include "collector/query/format.hpp"
#include "collector/query/query_call.hpp"

namespace llmgw::collector {
namespace {

enum Format : std::size_t { csv, json, ndjson };
constexpr std::array<std::string_view, 3> formats{"csv", "json", "ndjson"};
constexpr std::array<std::string_view, 3> types{"text/csv; charset=utf-8", "application/json",
                                                "application/x-ndjson"};
constexpr std::array<std::string_view, 2> subjects{"usage", "events"};

std::string joined(std::size_t format, bool is_first, const std::string& item) {
  switch (format) {
    case json: return (is_first ? "" : ",") + item;
    case ndjson: return item + "\n";
    default: return item;
  }
}

Task<Result<void>> begin(http::EndpointExchange& exchange, std::size_t format,
                         std::string_view subject) {
  const std::string name =
      "attachment; filename=\"" + std::string(subject) + "." + std::string(formats[format]) + "\"";
  const http::OutField fields[] = {{"Content-Type", types[format]},
                                   {"Content-Disposition", name},
                                   {"Cache-Control", "no-store"},
                                   {"X-Content-Type-Options", "nosniff"}};
  const Result<void> started = co_await exchange.start(200, fields);
  co_return started;
}

}  // namespace

Task<QueryApi::Answer> QueryApi::export_all(Call& call) {
  const std::size_t subject = call.parameters.take_word("what", subjects, 0);
  const std::size_t format = call.parameters.take_word("format", formats, csv);
  if (subject == 0) co_return co_await export_usage(call, format);
  co_return co_await export_events(call, format);
}

// There are 10,000 rows at most.
Task<QueryApi::Answer> QueryApi::export_usage(Call& call, std::size_t format) {
  auto query = parse_usage(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (asks_for_others(query->filter)) co_return other_tenant();
  query->offset = 0;
  query->limit = Reader::most_rows;
  Readers::Job job = [&query, format](Reader& reader) -> Result<std::string> {
    const auto answer = reader.usage(*query);
    if (answer.has_error()) return answer.error();
    std::string text = format == csv ? usage_csv_head(*query) : format == json ? "[" : "";
    for (const UsageRow& row : answer->rows) {
      const bool is_first = &row == &answer->rows.front();
      text += joined(format, is_first,
                     format == csv ? usage_csv_row(*query, row) : usage_row_json(*query, row));
    }
    return format == json ? text + "]" : text;
  };
  const Answer answer = co_await ask(std::move(job));
  if (answer.status != 200) co_return answer;
  const Result<void> started = co_await begin(call.exchange, format, "usage");
  if (started.has_error()) co_return Answer{};
  const Result<void> sent = co_await call.exchange.send(answer.body);
  if (sent) co_await call.exchange.finish();
  co_return Answer{};
}

// A page is a question of its own, so the store is held for no longer. A failure in mid-way leaves
// out the last chunk.
Task<QueryApi::Answer> QueryApi::export_events(Call& call, std::size_t format) {
  auto query = parse_events(call.parameters, call.terms);
  if (query.has_error()) co_return fault(query.error());
  if (asks_for_others(query->filter)) co_return other_tenant();
  query->limit = 1'000;
  query->span.to = std::min(query->span.to, call.terms.now + 1);
  bool is_first = true;
  Readers::Job job = [&query, &is_first, format](Reader& reader) -> Result<std::string> {
    const auto answer = reader.events(*query);
    if (answer.has_error()) return answer.error();
    std::string text;
    for (const StoredEvent& event : answer->events) {
      text += joined(format, is_first, format == csv ? event_csv_row(event) : event_json(event));
      is_first = false;
    }
    query->before = answer->next;
    return text;
  };
  do {
    const Answer page = co_await ask(job);
    if (page.status != 200) co_return page;
    if (!call.exchange.is_response_started()) {
      const Result<void> started = co_await begin(call.exchange, format, "events");
      if (started.has_error()) co_return Answer{};
      const std::string head = format == csv ? event_csv_head() : format == json ? "[" : "";
      const Result<void> sent = co_await call.exchange.send(head);
      if (sent.has_error()) co_return Answer{};
    }
    const Result<void> sent = co_await call.exchange.send(page.body);
    if (sent.has_error()) co_return Answer{};
  } while (!query->before.empty());
  const std::string_view end = format == json ? "]" : "";
  const Result<void> sent = co_await call.exchange.send(end);
  if (sent) co_await call.exchange.finish();
  co_return Answer{};
}

}  // namespace llmgw::collector
