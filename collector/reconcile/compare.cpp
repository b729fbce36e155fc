// SPDX-License-Identifier: MIT
// Names first, then one figure after the other.
#include "collector/reconcile/compare.hpp"

#include <algorithm>
#include <optional>

#include "collector/store/name_pattern.hpp"

namespace llmgw::collector {
namespace {

bool are_digits(std::string_view text) noexcept {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A bare `*` is about all models, and says of none that it is the same as another.
std::string name_for(std::string_view model, DayNumber day, const CompareTerms& terms) {
  if (terms.prices != nullptr) {
    const auto* const price = terms.prices->find({{}, word_of(terms.reporter)}, model,
                                                 pricing::Day(std::chrono::days(day)));
    if (price != nullptr && price->model != "*") return price->model;
  }
  return std::string(without_snapshot(model));
}

/// A figure of both sides, and what the store may not know of it.
struct Pair {
  std::string_view name;
  WideInteger ours;
  WideInteger theirs;
  WideInteger allowed;  ///< a difference so small is none
  WideInteger unknown;  ///< may be missing of ours
};

WideInteger size_of(WideInteger value) noexcept { return value < 0 ? -value : value; }

bool is_within(const Pair& pair, std::uint64_t tolerance) noexcept {
  constexpr WideInteger whole = 100'000'000;  // a hundred percent, in millionths of one
  const WideInteger difference = size_of(pair.ours - pair.theirs);
  if (difference <= pair.allowed) return true;
  const auto quotient = std::max(size_of(pair.ours), size_of(pair.theirs)) / whole;
  const auto rest = std::max(size_of(pair.ours), size_of(pair.theirs)) % whole;
  const auto factor = static_cast<WideInteger>(tolerance);
  return difference <= quotient * factor + rest * factor / whole;
}

bool is_explained(const Pair& pair) noexcept {
  return pair.ours < pair.theirs && pair.theirs - pair.ours <= pair.unknown;
}

constexpr WideInteger few_tokens = 10;
constexpr WideInteger cent = 10'000'000;  // nano-USD
// A request that told nothing may be so many times as large as those that did are in the mean.
constexpr WideInteger times_the_mean = 3;

std::vector<Pair> pairs_of(const ComparedRow& row) {
  const OurFigures& ours = row.ours;
  const Figures& figures = ours.figures;
  const Figures& theirs = row.theirs;
  const WideInteger requests = figures.requests.value_or(0);
  const WideInteger silent = std::min(ours.no_usage + ours.aborted, requests + ours.aborted);
  const WideInteger told = std::max<WideInteger>(requests - ours.no_usage, 0);
  // Where nobody tells anything there is no mean: then it may be all.
  const auto unknown = [&](WideInteger known, WideInteger said) {
    if (silent == 0) return WideInteger{0};
    return told == 0 ? size_of(said) : silent * times_the_mean * (known / told + 1);
  };
  std::vector<Pair> pairs;
  if (theirs.requests) pairs.push_back({"requests", requests, *theirs.requests, 0, ours.aborted});
  const auto tokens = [&](std::string_view name, WideInteger known, WideInteger said) {
    pairs.push_back({name, known, said, few_tokens, unknown(known, said)});
  };
  tokens("prompt_tokens", figures.prompt_tokens, theirs.prompt_tokens);
  tokens("cached_tokens", figures.cached_tokens, theirs.cached_tokens);
  if (!theirs.requests)  // where requests are told, what was written into the cache is not
    tokens("cache_write_tokens", figures.cache_write_tokens, theirs.cache_write_tokens);
  tokens("completion_tokens", figures.completion_tokens, theirs.completion_tokens);
  if (theirs.cost_nano_usd) {
    const WideInteger cost = figures.cost_nano_usd.value_or(0);
    // What has no price may have cost anything.
    const WideInteger left_out = ours.unpriced > ours.no_usage
                                     ? *theirs.cost_nano_usd
                                     : unknown(cost, *theirs.cost_nano_usd);
    pairs.push_back({"cost", cost, *theirs.cost_nano_usd, cent, left_out});
  }
  return pairs;
}

// A request that broke off may be counted by us alone.
bool is_request_that_broke_off(const Pair& pair, const ComparedRow& row) noexcept {
  return pair.name == "requests" && size_of(pair.ours - pair.theirs) <= row.ours.aborted;
}

void judge(ComparedRow& row, const CompareTerms& terms, bool has_report) {
  bool is_all_explained = true;
  std::optional<Verdict> direction;
  for (const Pair& each : pairs_of(row)) {
    if (is_within(each, terms.tolerance)) continue;
    row.because.emplace_back(each.name);
    if (is_explained(each) || is_request_that_broke_off(each, row)) continue;
    is_all_explained = false;
    if (!direction) direction = each.ours < each.theirs ? Verdict::ours_less : Verdict::ours_more;
  }
  if (row.because.empty()) {
    row.verdict = Verdict::match;
  } else if (row.day >= first_unsettled_day(terms.now)) {
    row.verdict = Verdict::unsettled;
  } else if (!has_report) {
    row.verdict = Verdict::no_data;
  } else {
    row.verdict = is_all_explained ? Verdict::explained : *direction;
  }
}

void add(Figures& sum, const Figures& more) {
  if (more.requests) add_to(sum.requests, *more.requests);
  sum.prompt_tokens += more.prompt_tokens;
  sum.cached_tokens += more.cached_tokens;
  sum.cache_write_tokens += more.cache_write_tokens;
  sum.completion_tokens += more.completion_tokens;
  if (more.cost_nano_usd) add_to(sum.cost_nano_usd, *more.cost_nano_usd);
}

using Rows = std::map<std::pair<DayNumber, std::string>, ComparedRow>;

ComparedRow* row_for(Rows& rows, DayNumber day, const std::string& model,
                     const CompareTerms& terms) {
  if (!fits_any(terms.models, model)) return nullptr;
  const std::string name = name_for(model, day, terms);
  ComparedRow& row = rows[{day, name}];
  row.day = day;
  row.model = name;
  return &row;
}

}  // namespace

std::string_view without_snapshot(std::string_view model) noexcept {
  constexpr std::string_view latest = "-latest";
  if (model.size() > latest.size() && model.ends_with(latest))
    return model.substr(0, model.size() - latest.size());
  constexpr std::size_t dashed = 11;  // -2024-08-06
  if (model.size() > dashed) {
    const std::string_view end = model.substr(model.size() - dashed);
    if (end[0] == '-' && end[5] == '-' && end[8] == '-' && are_digits(end.substr(1, 4)) &&
        are_digits(end.substr(6, 2)) && are_digits(end.substr(9)))
      return model.substr(0, model.size() - dashed);
  }
  constexpr std::size_t plain = 9;  // -20250514
  if (model.size() > plain) {
    const std::string_view end = model.substr(model.size() - plain);
    if (end.starts_with("-20") && are_digits(end.substr(1)))
      return model.substr(0, model.size() - plain);
  }
  return model;
}

Comparison compare(const OurReport& ours, const TheirReport& theirs, const CompareTerms& terms) {
  Rows rows;
  std::set<DayNumber> days_with_report;
  for (const auto& [key, figures] : theirs.models) {
    days_with_report.insert(key.first);
    ComparedRow* const row = row_for(rows, key.first, key.second, terms);
    if (row == nullptr) continue;
    row->theirs_names.insert(key.second);
    add(row->theirs, figures);
  }
  for (const auto& [key, known] : ours) {
    ComparedRow* const row = row_for(rows, key.first, key.second, terms);
    if (row == nullptr) continue;
    row->ours_names.insert(key.second);
    add(row->ours.figures, known.figures);
    row->ours.no_usage += known.no_usage;
    row->ours.aborted += known.aborted;
    row->ours.unpriced += known.unpriced;
  }
  Comparison comparison{{}, theirs.other_nano_usd};
  for (auto& [key, row] : rows) {
    // A side that is not there is known to have nothing.
    if (row.theirs_names.empty() && terms.reporter == Reporter::openai) row.theirs.requests = 0;
    judge(row, terms, days_with_report.contains(key.first));
    comparison.rows.push_back(std::move(row));
  }
  return comparison;
}

Verdict worst_of(const std::vector<ComparedRow>& rows) {
  constexpr std::array order{Verdict::match,   Verdict::explained, Verdict::unsettled,
                             Verdict::no_data, Verdict::ours_more, Verdict::ours_less};
  auto worst = order.begin();
  for (const ComparedRow& each : rows)
    worst = std::max(worst, std::find(order.begin(), order.end(), each.verdict));
  return *worst;
}

}  // namespace llmgw::collector
