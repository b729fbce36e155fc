// SPDX-License-Identifier: MIT
// Rows, written three ways.
#include "collector/reconcile/report_text.hpp"

#include "collector/query/format.hpp"
#include "collector/query/object_text.hpp"
#include "collector/query/people_text.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr int tolerance_places = 6;

std::string names_json(const std::set<std::string>& names) {
  const std::vector<std::string> all(names.begin(), names.end());
  return list_of(std::span<const std::string>(all), [](const std::string& each) {
    std::string quoted;
    append_json_string(each, quoted);
    return quoted;
  });
}

void add_number(ObjectText& object, std::string_view name,
                const std::optional<WideInteger>& value) {
  value ? object.number(name, *value) : object.json(name, "null");
}

std::optional<WideInteger> micro(const std::optional<WideInteger>& nano) {
  return nano ? std::optional(micro_usd(*nano)) : std::nullopt;
}

void add_figures(ObjectText& object, const Figures& figures) {
  add_number(object, "requests", figures.requests);
  object.number("prompt_tokens", figures.prompt_tokens);
  object.number("cached_tokens", figures.cached_tokens);
  object.number("cache_write_tokens", figures.cache_write_tokens);
  object.number("completion_tokens", figures.completion_tokens);
  add_number(object, "cost_micro_usd", micro(figures.cost_nano_usd));
}

// Without a price the store has no cost, and not one of nothing.
Figures shown_figures(const OurFigures& ours) {
  Figures shown = ours.figures;
  const WideInteger cost = shown.cost_nano_usd.value_or(0);
  if (cost == 0 && ours.unpriced > 0) shown.cost_nano_usd.reset();
  return shown;
}

std::string row_json(const ComparedRow& row) {
  ObjectText ours;
  add_figures(ours, shown_figures(row.ours));
  ours.number("no_usage_requests", row.ours.no_usage);
  ours.number("aborted_requests", row.ours.aborted);
  ours.number("unpriced_requests", row.ours.unpriced);
  ours.json("models", names_json(row.ours_names));
  ObjectText theirs;
  add_figures(theirs, row.theirs);
  theirs.json("models", names_json(row.theirs_names));
  ObjectText object;
  object.text("model", row.model);
  object.text("verdict", word_of(row.verdict));
  object.json("because", list_of(std::span<const std::string>(row.because),
                                 [](const std::string& each) { return "\"" + each + "\""; }));
  object.truth("matched", row.is_matched());
  object.json("ours", ours.finish());
  object.json("theirs", theirs.finish());
  return object.finish();
}

std::vector<ComparedRow> rows_of(const Comparison& comparison, DayNumber day) {
  std::vector<ComparedRow> rows;
  for (const ComparedRow& each : comparison.rows)
    if (each.day == day) rows.push_back(each);
  return rows;
}

std::string amount(const std::optional<WideInteger>& nano) {
  return nano ? usd_text(*nano) : std::string("-");
}

std::string figure_lines(const ComparedRow& row) {
  const Figures ours = shown_figures(row.ours);
  const Figures& theirs = row.theirs;
  std::string text;
  const auto line = [&](std::string_view name, const std::string& known, const std::string& said,
                        const std::string& difference) {
    text.append("    ").append(name).append(": ours ").append(known).append(", theirs ");
    text.append(said).append(", difference ").append(difference).append("\n");
  };
  const auto count = [&](std::string_view name, WideInteger known, WideInteger said) {
    if (known != 0 || said != 0) line(name, decimal(known), decimal(said), decimal(known - said));
  };
  const WideInteger requests = ours.requests.value_or(0);
  if (theirs.requests) {
    count("requests", requests, *theirs.requests);
  } else if (requests != 0) {
    line("requests", decimal(requests), "-", "-");
  }
  count("prompt tokens", ours.prompt_tokens, theirs.prompt_tokens);
  count("cached tokens", ours.cached_tokens, theirs.cached_tokens);
  count("cache write tokens", ours.cache_write_tokens, theirs.cache_write_tokens);
  count("completion tokens", ours.completion_tokens, theirs.completion_tokens);
  const bool has_both = ours.cost_nano_usd && theirs.cost_nano_usd;
  if (ours.cost_nano_usd || theirs.cost_nano_usd)
    line("cost in USD", amount(ours.cost_nano_usd), amount(theirs.cost_nano_usd),
         has_both ? usd_text(*ours.cost_nano_usd - *theirs.cost_nano_usd) : "-");
  if (row.ours.no_usage + row.ours.aborted + row.ours.unpriced > 0)
    text += "    ours without usage " + decimal(row.ours.no_usage) + ", broken off " +
            decimal(row.ours.aborted) + ", without a cost " + decimal(row.ours.unpriced) + "\n";
  return text;
}

std::string row_text(const ComparedRow& row) {
  std::string text = "  " + std::string(word_of(row.verdict)) + "  " + shown_name(row.model);
  for (const std::string& each : row.because)
    text.append(&each == &row.because.front() ? "  because of " : ", ").append(each);
  return text + "\n" + figure_lines(row);
}

std::string rows_text(const std::vector<ComparedRow>& rows, bool is_matched) {
  std::string text;
  for (const ComparedRow& each : rows)
    if (each.is_matched() == is_matched) text += row_text(each);
  return text;
}

// A cell that a spreadsheet would take for a formula gets a quote in front.
std::string csv_cell(const std::string& text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const std::string safe = (is_formula ? "'" : "") + text;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted.append(c == '"' ? "\"\"" : std::string(1, c));
  return quoted + "\"";
}

void add_csv(const Figures& figures, std::string& line) {
  const auto cell = [&line](const std::optional<WideInteger>& value) {
    line += "," + (value ? decimal(*value) : std::string());
  };
  cell(figures.requests);
  cell(figures.prompt_tokens);
  cell(figures.cached_tokens);
  cell(figures.cache_write_tokens);
  cell(figures.completion_tokens);
  cell(micro(figures.cost_nano_usd));
}

}  // namespace

std::string comparison_text(const ReportHead& head, const Comparison& comparison) {
  std::string text = std::string(word_of(head.reporter)) + ", tolerance " +
                     format_decimal(head.tolerance, tolerance_places) + "%" +
                     (head.scope.empty() ? "" : ", " + shown_name(head.scope)) + "\n";
  for (DayNumber day = head.span.from; day < head.span.to; ++day) {
    const auto rows = rows_of(comparison, day);
    text +=
        day_text(day) + ": " + (rows.empty() ? "nothing" : std::string(word_of(worst_of(rows))));
    text += "\n" + rows_text(rows, true);
    const std::string apart = rows_text(rows, false);
    if (!apart.empty()) text += "  models of one side alone:\n" + apart;
    const auto other = comparison.other_nano_usd.find(day);
    if (other != comparison.other_nano_usd.end())
      text += "  theirs beside models: " + usd_text(other->second) + " USD\n";
  }
  return text;
}

std::string comparison_json(const ReportHead& head, const Comparison& comparison) {
  std::vector<std::string> days;
  for (DayNumber day = head.span.from; day < head.span.to; ++day)
    days.push_back(day_json(head, comparison, day));
  ObjectText object;
  object.text("provider", word_of(head.reporter));
  object.text("from", day_text(head.span.from));
  object.text("to", day_text(head.span.to));
  object.text("verdict", word_of(worst_of(comparison.rows)));
  object.json("days", list_of(std::span<const std::string>(days),
                              [](const std::string& each) { return each; }));
  return object.finish() + "\n";
}

std::string day_json(const ReportHead& head, const Comparison& comparison, DayNumber day) {
  const auto rows = rows_of(comparison, day);
  ObjectText object;
  object.text("provider", word_of(head.reporter));
  object.text("day", day_text(day));
  object.text("scope", head.scope);
  object.text("fetched_at", time_text(head.now));
  object.text("tolerance_percent", format_decimal(head.tolerance, tolerance_places));
  object.text("verdict", word_of(worst_of(rows)));
  const auto other = comparison.other_nano_usd.find(day);
  const bool has_other = other != comparison.other_nano_usd.end();
  object.number("other_cost_micro_usd", has_other ? micro_usd(other->second) : 0);
  object.json("items", list_of(std::span<const ComparedRow>(rows), row_json));
  return object.finish();
}

std::string comparison_csv(const ReportHead& head, const Comparison& comparison) {
  std::string text = "provider,day,model,verdict,because,matched";
  for (const std::string_view side : {"ours", "theirs"})
    for (const std::string_view figure :
         {"requests", "prompt_tokens", "cached_tokens", "cache_write_tokens", "completion_tokens",
          "cost_micro_usd"})
      text.append(",").append(side).append("_").append(figure);
  text += ",no_usage_requests,aborted_requests,unpriced_requests\r\n";
  for (const ComparedRow& row : comparison.rows) {
    std::string line = std::string(word_of(head.reporter)) + "," + day_text(row.day) + "," +
                       csv_cell(row.model) + "," + std::string(word_of(row.verdict)) + ",";
    for (const std::string& each : row.because)
      line.append(&each == &row.because.front() ? "" : " ").append(each);
    line += row.is_matched() ? ",true" : ",false";
    add_csv(shown_figures(row.ours), line);
    add_csv(row.theirs, line);
    for (const WideInteger each : {row.ours.no_usage, row.ours.aborted, row.ours.unpriced})
      line += "," + decimal(each);
    text += line + "\r\n";
  }
  return text;
}

}  // namespace llmgw::collector
