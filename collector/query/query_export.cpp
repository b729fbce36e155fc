// SPDX-License-Identifier: MIT
// Exports, page by page: none is ever in memory as a whole, and one that breaks off is seen to.
#include <optional>

#include "collector/query/format.hpp"
#include "collector/query/query_call.hpp"
#include "collector/ui/page_files.hpp"
#include "common/coding/compression.hpp"

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

// In gzip where that is taken. Packing is done where the text is made, on the reader's thread.
class Packer {
 public:
  explicit Packer(const http::EndpointExchange& exchange) {
    if (takes_coding(exchange.head().value("Accept-Encoding"), "gzip")) gzip_.emplace();
  }

  bool is_packing() const noexcept { return gzip_.has_value(); }
  std::string add(std::string text) { return gzip_ ? gzip_->add(text) : std::move(text); }
  std::string finish(std::string text) {
    if (!gzip_) return text;
    std::string packed = gzip_->add(text);
    return packed += gzip_->finish();
  }

 private:
  std::optional<GzipStream> gzip_;
};

Task<Result<void>> begin(http::EndpointExchange& exchange, std::size_t format,
                         std::string_view subject, bool is_packed) {
  const std::string name =
      "attachment; filename=\"" + std::string(subject) + "." + std::string(formats[format]) + "\"";
  std::vector<http::OutField> fields{{"Content-Type", types[format]},
                                     {"Content-Disposition", name},
                                     {"Cache-Control", "no-store"},
                                     {"X-Content-Type-Options", "nosniff"}};
  if (is_packed) fields.push_back({"Content-Encoding", "gzip"});
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
  Packer packer(call.exchange);
  Readers::Job job = [&query, &packer, format](Reader& reader) -> Result<std::string> {
    const auto answer = reader.usage(*query);
    if (answer.has_error()) return answer.error();
    std::string text = format == csv ? usage_csv_head(*query) : format == json ? "[" : "";
    for (const UsageRow& row : answer->rows) {
      const bool is_first = &row == &answer->rows.front();
      text += joined(format, is_first,
                     format == csv ? usage_csv_row(*query, row) : usage_row_json(*query, row));
    }
    return packer.finish(format == json ? text + "]" : text);
  };
  const Answer answer = co_await ask(std::move(job));
  if (answer.status != 200) co_return answer;
  const Result<void> started = co_await begin(call.exchange, format, "usage", packer.is_packing());
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
  bool is_begun = false;
  bool is_first = true;
  Packer packer(call.exchange);
  const std::string head = format == csv ? event_csv_head() : format == json ? "[" : "";
  Readers::Job job = [&](Reader& reader) -> Result<std::string> {
    const auto answer = reader.events(*query);
    if (answer.has_error()) return answer.error();
    std::string text = is_begun ? std::string() : head;
    is_begun = true;
    for (const StoredEvent& event : answer->events) {
      text += joined(format, is_first, format == csv ? event_csv_row(event) : event_json(event));
      is_first = false;
    }
    query->before = answer->next;
    if (!query->before.empty()) return packer.add(std::move(text));
    return packer.finish(std::move(text) + (format == json ? "]" : ""));
  };
  do {
    const Answer page = co_await ask(job);
    if (page.status != 200) co_return page;
    if (!call.exchange.is_response_started()) {
      const Result<void> started =
          co_await begin(call.exchange, format, "events", packer.is_packing());
      if (started.has_error()) co_return Answer{};
    }
    const Result<void> sent = co_await call.exchange.send(page.body);
    if (sent.has_error()) co_return Answer{};
  } while (!query->before.empty());
  co_await call.exchange.finish();
  co_return Answer{};
}

}  // namespace llmgw::collector
