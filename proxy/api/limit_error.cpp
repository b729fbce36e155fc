// SPDX-License-Identifier: MIT
// From the rule that refused to status, type, code and words.
#include "proxy/api/limit_error.hpp"

namespace llmgw::proxy {
namespace {

using quota::LimitRule;
using quota::RefusalKind;
using quota::Unit;

struct Row {
  int status;
  std::string_view type;
  std::string_view code;
  bool is_final;
};

// Money that is refilled steadily is a budget too: whoever is out of it will be so for a while.
Row row_of(const LimitRule& rule, RefusalKind kind) noexcept {
  const std::string_view type = rule.unit <= Unit::requests ? "requests" : "tokens";
  if (kind == RefusalKind::unpriced)
    return {400, "invalid_request_error", "model_not_priced", false};
  if (kind == RefusalKind::too_large) return {429, type, "request_too_large", true};
  if (kind == RefusalKind::concurrency) return {429, type, "concurrency_limit_exceeded", false};
  if (rule.unit == Unit::usd || kind == RefusalKind::budget)
    return {429, "insufficient_quota", "insufficient_quota", true};
  return {429, type, "rate_limit_exceeded", false};
}

// Longer than messages usually are.
constexpr std::size_t usual_length = 224;

void append_limit(std::string& text, const LimitRule& rule) {
  const std::string_view unit = rule.unit == Unit::concurrency
                                    ? std::string_view("requests at a time")
                                : rule.unit == Unit::usd ? std::string_view("USD")
                                                         : quota::word_of(rule.unit);
  text.append(to_text(rule.unit, rule.limit)).append(" ").append(unit);
  if (rule.period.kind != quota::Period::Kind::none)
    text.append(" per ").append(to_text(rule.period));
}

std::string message_of(const quota::Refusal& refusal, std::string_view tenant,
                       std::string_view model) {
  const LimitRule& rule = *refusal.entry->rule;
  std::string text;
  text.reserve(usual_length);
  if (refusal.kind == RefusalKind::unpriced)
    return text.append("There is no price for the model ")
        .append(model)
        .append(", and this caller may only use what has one.");
  text.append("The limit ").append(refusal.entry->label).append(" of tenant ").append(tenant);
  text.append(", ");
  append_limit(text, rule);
  switch (refusal.kind) {
    case RefusalKind::too_large:
      text.append(", can never admit a request of this size: at most ");
      return text.append(to_text(rule.unit, rule.burst - refusal.entry->keep))
          .append(" can be had at once.");
    case RefusalKind::concurrency:
      return text.append(", is reached. Try again when one has ended.");
    case RefusalKind::budget: return text.append(", is used up.");
    default: break;
  }
  text.append(", is reached. Try again in ");
  return text.append(quota::short_duration(refusal.wait).view()).append(".");
}

std::optional<std::chrono::nanoseconds> wait_of(const quota::Refusal& refusal) {
  if (refusal.kind == RefusalKind::concurrency) return std::chrono::seconds(1);
  if (refusal.kind == RefusalKind::budget && refusal.wait.count() > 0) return refusal.wait;
  if (refusal.kind != RefusalKind::rate) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(refusal.wait, std::chrono::milliseconds(1));
}

}  // namespace

LimitError::LimitError(const quota::Refusal& refusal, std::string_view tenant,
                       std::string_view model)
    : message_(message_of(refusal, tenant, model)), wait_(wait_of(refusal)) {
  const Row row = row_of(*refusal.entry->rule, refusal.kind);
  error_ = {.status = row.status,
            .type = row.type,
            .code = row.code,
            .message = message_,
            .outcome = Outcome::completed,
            .is_final = row.is_final};
  if (refusal.kind == RefusalKind::rate)
    milliseconds_ = std::to_string(std::chrono::ceil<std::chrono::milliseconds>(*wait_).count());
}

void LimitError::append_fields(std::vector<http::OutField>& fields) const {
  if (!milliseconds_.empty()) fields.push_back({"Retry-After-Ms", milliseconds_});
}

}  // namespace llmgw::proxy
