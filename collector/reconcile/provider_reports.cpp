// SPDX-License-Identifier: MIT
// OpenAI's usage and costs, Anthropic's usage_report and cost_report, as their references have
// them.
#include "collector/reconcile/provider_reports.hpp"

#include <algorithm>

#include "collector/reconcile/money.hpp"
#include "common/json/items.hpp"

namespace llmgw::collector {
namespace {

using json_items::member_of;

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::string_view no_count = "a count is none";
constexpr std::string_view no_amount = "an amount is none, or is not in USD";

void append_all(std::string_view name, const std::vector<std::string>& values, std::string& out) {
  for (const std::string& each : values)
    out.append("&").append(name).append("=").append(percent_encoded(each));
}

// `times` of a member that may be absent.
bool add_count(std::string_view object, std::string_view name, WideInteger& sum) {
  const auto count = count_member(object, name);
  if (count) sum += *count;
  return count.has_value();
}

std::string add_openai_usage(std::string_view result, DayNumber day, const ReportScope&,
                             TheirReport& into) {
  Figures& figures = into.models[{day, text_member(result, "model").value_or("")}];
  WideInteger requests = 0;
  const bool is_good = add_count(result, "num_model_requests", requests) &&
                       add_count(result, "input_tokens", figures.prompt_tokens) &&
                       add_count(result, "input_cached_tokens", figures.cached_tokens) &&
                       add_count(result, "output_tokens", figures.completion_tokens);
  add_to(figures.requests, requests);
  return std::string(is_good ? "" : no_count);
}

// `gpt-4o-2024-08-06, cached input`: the model, and what of it. What has a blank is none.
std::string add_openai_cost(std::string_view result, DayNumber day, const ReportScope&,
                            TheirReport& into) {
  const std::string_view amount = member_of(result, "amount");
  const std::string currency = text_member(amount, "currency").value_or("");
  const std::string_view value = member_of(amount, "value");
  const auto inside = json_items::inside_of(value);  // some have it as a text
  const auto nano = scaled_decimal(inside.value_or(value), 9);
  if (!nano || (currency != "usd" && currency != "USD")) return std::string(no_amount);
  std::string item = text_member(result, "line_item").value_or("");
  item.resize(std::min(item.find(", "), item.size()));
  if (item.empty() || item.find(' ') != std::string::npos) {
    into.other_nano_usd[day] += *nano;
  } else {
    add_to(into.models[{day, item}].cost_nano_usd, *nano);
  }
  return {};
}

std::string add_anthropic_usage(std::string_view result, DayNumber day, const ReportScope&,
                                TheirReport& into) {
  Figures& figures = into.models[{day, text_member(result, "model").value_or("")}];
  const std::string_view creation = member_of(result, "cache_creation");
  WideInteger uncached = 0;
  WideInteger written = 0;
  WideInteger read = 0;
  const bool is_good = add_count(result, "uncached_input_tokens", uncached) &&
                       add_count(creation, "ephemeral_5m_input_tokens", written) &&
                       add_count(creation, "ephemeral_1h_input_tokens", written) &&
                       add_count(result, "cache_read_input_tokens", read) &&
                       add_count(result, "output_tokens", figures.completion_tokens);
  figures.prompt_tokens += uncached + written + read;
  figures.cached_tokens += read;
  figures.cache_write_tokens += written;
  return std::string(is_good ? "" : no_count);
}

// In cents, as a text. Of workspaces it is grouped by, there is none to ask for.
std::string add_anthropic_cost(std::string_view result, DayNumber day, const ReportScope& scope,
                               TheirReport& into) {
  const std::string workspace = text_member(result, "workspace_id").value_or("");
  const auto& wanted = scope.workspaces;
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), workspace) == wanted.end())
    return {};
  const auto nano = scaled_decimal(text_member(result, "amount").value_or(""), 7);
  if (!nano || text_member(result, "currency").value_or("USD") != "USD")
    return std::string(no_amount);
  const std::string model = text_member(result, "model").value_or("");
  if (model.empty()) {
    into.other_nano_usd[day] += *nano;
  } else {
    add_to(into.models[{day, model}].cost_nano_usd, *nano);
  }
  return {};
}

std::vector<ReportKind> openai_reports(const DaySpan& span, const ReportScope& scope) {
  const std::string times = "?start_time=" + std::to_string(span.from * seconds_a_day) +
                            "&end_time=" + std::to_string(span.to * seconds_a_day) +
                            "&bucket_width=1d&limit=31";
  std::string filter;
  append_all("project_ids", scope.projects, filter);
  std::string keys;
  append_all("api_key_ids", scope.api_keys, keys);
  std::vector<ReportKind> kinds;
  for (const std::string_view each : {"completions", "embeddings", "moderations", "images",
                                      "audio_speeches", "audio_transcriptions"})
    kinds.push_back(
        {"/v1/organization/usage/" + std::string(each) + times + "&group_by=model" + filter + keys,
         each != "completions", add_openai_usage});
  // Costs are not told by key.
  if (scope.api_keys.empty())
    kinds.push_back({"/v1/organization/costs" + times + "&group_by=line_item" + filter, false,
                     add_openai_cost});
  return kinds;
}

std::vector<ReportKind> anthropic_reports(const DaySpan& span, const ReportScope& scope) {
  const std::string times = "?starting_at=" + day_text(span.from) +
                            "T00:00:00Z&ending_at=" + day_text(span.to) +
                            "T00:00:00Z&bucket_width=1d&limit=31";
  std::string filter;
  append_all("workspace_ids[]", scope.workspaces, filter);
  append_all("api_key_ids[]", scope.api_keys, filter);
  std::vector<ReportKind> kinds{
      {"/v1/organizations/usage_report/messages" + times + "&group_by[]=model" + filter, false,
       add_anthropic_usage}};
  if (scope.api_keys.empty())
    kinds.push_back({"/v1/organizations/cost_report" + times +
                         "&group_by[]=workspace_id&group_by[]=description",
                     false, add_anthropic_cost});
  return kinds;
}

}  // namespace

std::string ReportScope::text() const {
  std::string text;
  const std::pair<std::string_view, const std::vector<std::string>*> all[] = {
      {"projects=", &projects}, {"workspaces=", &workspaces}, {"api_keys=", &api_keys}};
  for (const auto& [name, values] : all) {
    if (values->empty()) continue;
    text.append(text.empty() ? "" : " ").append(name);
    for (const std::string& each : *values)
      text.append(&each == &values->front() ? "" : ",").append(each);
  }
  return text;
}

std::vector<ReportKind> reports_of(Reporter reporter, const DaySpan& span,
                                   const ReportScope& scope) {
  return reporter == Reporter::openai ? openai_reports(span, scope)
                                      : anthropic_reports(span, scope);
}

std::string target_of_page(const ReportKind& kind, std::string_view page) {
  return page.empty() ? kind.target : kind.target + "&page=" + percent_encoded(page);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return out;
}

}  // namespace llmgw::collector
