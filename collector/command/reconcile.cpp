// SPDX-License-Identifier: MIT
// Options, reports, the store's own sums, and what comes of them.
#include "collector/command/reconcile.hpp"

#include <cstdio>

#include "collector/command/options.hpp"
#include "collector/command/report.hpp"
#include "collector/query/reader_registry.hpp"
#include "collector/reconcile/book.hpp"
#include "collector/reconcile/fetch.hpp"
#include "collector/reconcile/ours.hpp"
#include "collector/reconcile/report_text.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/async/spawn.hpp"
#include "common/system/read_file.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr int drift_status = 3;
constexpr std::array<std::string_view, 3> formats{"text", "json", "csv"};
constexpr std::array<std::string_view, 2> api_urls{"https://api.openai.com",
                                                   "https://api.anthropic.com"};

struct Asked {
  ReportHead head;
  ReportScope scope;
  std::vector<std::string> models;
  std::string format;
  bool is_kept = true;
};

// `0.1%`, in millionths of a percent.
std::uint64_t take_tolerance(Options& options) {
  std::string text = options.take("--tolerance").value_or("0.1%");
  if (text.ends_with('%')) text.pop_back();
  const auto value = parse_decimal(text, 6);
  constexpr std::uint64_t whole = 100'000'000;
  if (value && *value <= whole) return *value;
  options.fail("--tolerance must be a percentage such as 0.1%");
  return 0;
}

// The day before yesterday, unless they are named: `to` is the first day behind them.
DaySpan take_days(Options& options, std::int64_t now) {
  constexpr std::int64_t day_length = 86'400'000;
  constexpr DayNumber most_days = 366;
  const auto from = options.take_day("--from");
  const auto to = options.take_day("--to");
  const DayNumber first = from.value_or(now / day_length - 2);
  DaySpan span{first, to.value_or(first + 1)};
  if (from && to && *from == *to) ++span.to;  // that day itself
  if (!from && to) options.fail("--to needs --from");
  if (span.to <= span.from) options.fail("--to must be behind --from");
  if (span.to - span.from > most_days) options.fail("no more than 366 days at a time");
  return span;
}

Asked take_asked(Options& options) {
  Asked asked;
  const auto provider = options.take("--provider");
  if (provider != word_of(Reporter::openai) && provider != word_of(Reporter::anthropic))
    options.fail("needs --provider openai, or --provider anthropic");
  asked.head.reporter =
      provider == word_of(Reporter::anthropic) ? Reporter::anthropic : Reporter::openai;
  asked.head.now = milliseconds_now();
  asked.head.span = take_days(options, asked.head.now);
  asked.head.tolerance = take_tolerance(options);
  asked.scope = {options.take_all("--project"), options.take_all("--workspace"),
                 options.take_all("--api-key-id")};
  const bool is_openai = asked.head.reporter == Reporter::openai;
  if (is_openai && !asked.scope.workspaces.empty()) options.fail("--workspace is of anthropic");
  if (!is_openai && !asked.scope.projects.empty()) options.fail("--project is of openai");
  asked.head.scope = asked.scope.text();
  asked.models = options.take_all("--model");
  asked.format = options.take_word("--format", formats, "text");
  asked.is_kept = !options.take_flag("--no-store") && asked.models.empty();
  return asked;
}

// A key is one line of visible ASCII.
std::optional<Secret> read_key(const Config& config) {
  if (config.reconcile_key_file.empty()) {
    complain("RECONCILE_KEY_FILE: must be set, to a file with an admin key of the organisation");
    return std::nullopt;
  }
  auto content = read_file(config.reconcile_key_file);
  if (!content) {
    complain("RECONCILE_KEY_FILE=" + config.reconcile_key_file +
             ": cannot be read: " + content.error().message());
    return std::nullopt;
  }
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  bool is_good = !content->empty();
  for (const char c : *content) is_good = is_good && c > ' ' && c <= '~';
  if (is_good) return Secret(std::move(*content));
  complain("RECONCILE_KEY_FILE=" + config.reconcile_key_file +
           ": must hold a key, one line of visible ASCII (what it holds is not shown)");
  return std::nullopt;
}

// Nothing: it was said why.
std::optional<ReportSource> source_of(const Config& config, Reporter reporter) {
  auto key = read_key(config);
  if (!key) return std::nullopt;
  ReportSource source{reporter, {}, {}, std::move(*key)};
  source.server = config.reconcile_url
                      ? *config.reconcile_url
                      : *parse_http_url(api_urls[static_cast<std::size_t>(reporter)]);
  if (source.server.path.ends_with("/v1")) source.server.path.resize(source.server.path.size() - 3);
  if (config.reconcile_ca_file.empty()) return source;
  auto pem = read_file(config.reconcile_ca_file);
  if (!pem) {
    complain("RECONCILE_CA_FILE=" + config.reconcile_ca_file +
             ": cannot be read: " + pem.error().message());
    return std::nullopt;
  }
  source.ca_pem = std::move(*pem);
  return source;
}

Task<void> fetch(Loop& loop, ReportFetch& reports, std::optional<Told<TheirReport>>& outcome) {
  const Told<TheirReport> fetched = co_await reports.run();
  outcome.emplace(fetched);
  loop.stop();
}

Told<TheirReport> fetch_theirs(const ReportSource& source, const Asked& asked) {
  Loop loop;
  ReportFetch reports(loop, source, asked.head.span, first_unsettled_day(asked.head.now),
                      asked.scope);
  std::optional<Told<TheirReport>> outcome;
  spawn(fetch(loop, reports, outcome));
  loop.run();
  return std::move(*outcome);
}

Result<OurReport> read_store(const Config& config, const Asked& asked) {
  auto reader = open_reader(config.store_url, config);
  if (reader.has_error()) return reader.error();
  return read_ours(**reader, asked.head.reporter, asked.head.span, config.query_timeout);
}

Result<void> keep(const Config& config, const Asked& asked, const Comparison& comparison) {
  auto book = open_book(config);
  if (book.has_error()) return book.error();
  for (DayNumber day = asked.head.span.from; day < asked.head.span.to; ++day) {
    const KeptDay kept{std::string(word_of(asked.head.reporter)), day, asked.head.scope,
                       asked.head.now, day_json(asked.head, comparison, day)};
    if (const auto done = (*book)->keep(kept); done.has_error()) return done;
  }
  return {};
}

std::string told(const Asked& asked, const Comparison& comparison) {
  if (asked.format == "json") return comparison_json(asked.head, comparison);
  if (asked.format == "csv") return comparison_csv(asked.head, comparison);
  return comparison_text(asked.head, comparison);
}

// That it cannot be kept is said, and changes nothing of what was found.
void keep_or_complain(const Config& config, const Asked& asked, const Comparison& comparison) {
  const auto kept = keep(config, asked, comparison);
  if (!kept.has_error()) return;
  const bool is_other_kind =
      kept.error() == make_error_code(boost::system::errc::protocol_not_supported);
  complain("reconcile: what was found is not kept for the page: " +
           (is_other_kind ? std::string("not with this store") : kept.error().message()));
}

}  // namespace

int run_reconcile(std::span<const char* const> rest, const Config& config) {
  Options options(rest);
  const Asked asked = take_asked(options);
  if (const auto fault = options.fault()) {
    complain("reconcile: " + *fault);
    return bad_usage_status;
  }
  const auto source = source_of(config, asked.head.reporter);
  if (!source) return bad_usage_status;
  const auto theirs = fetch_theirs(*source, asked);
  if (theirs.has_error()) {
    complain("reconcile: " + to_string(source->server) + theirs.error().text);
    return failure_status;
  }
  const auto ours = read_store(config, asked);
  if (ours.has_error()) {
    complain("reconcile: STORE_URL=" + config.store_url + ": " + ours.error().message());
    return failure_status;
  }
  const CompareTerms terms{asked.head.reporter, asked.head.tolerance, asked.head.now,
                           config.prices.get(), asked.models};
  const Comparison comparison = compare(*ours, *theirs, terms);
  std::fputs(told(asked, comparison).c_str(), stdout);
  if (asked.is_kept) keep_or_complain(config, asked, comparison);
  for (const ComparedRow& each : comparison.rows)
    if (is_drift(each.verdict)) return drift_status;
  return 0;
}

}  // namespace llmgw::collector
