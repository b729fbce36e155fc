// SPDX-License-Identifier: MIT
// Ids, limits and waits.
#include "tests/mock_upstream/head_fields.hpp"

namespace llmgw::mock {
namespace {

using Fields = std::vector<http::OutField>;

constexpr http::OutField openai_limits[] = {
    {"x-ratelimit-limit-requests", "10000"}, {"x-ratelimit-limit-tokens", "200000"},
    {"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-remaining-tokens", "199000"},
    {"x-ratelimit-reset-requests", "10ms"},  {"x-ratelimit-reset-tokens", "1ms"},
};

constexpr http::OutField azure_limits[] = {
    {"x-ratelimit-limit-requests", "10000"},    {"x-ratelimit-limit-tokens", "200000"},
    {"x-ratelimit-remaining-requests", "9999"}, {"x-ratelimit-remaining-tokens", "199000"},
    {"x-ratelimit-reset-requests", "6"},        {"x-ratelimit-reset-tokens", "1"},
};

// One time for all, so that answers can be compared byte by byte.
constexpr http::OutField anthropic_limits[] = {
    {"anthropic-ratelimit-requests-limit", "4000"},
    {"anthropic-ratelimit-requests-remaining", "3999"},
    {"anthropic-ratelimit-requests-reset", "2030-01-01T00:00:00Z"},
    {"anthropic-ratelimit-tokens-limit", "480000"},
    {"anthropic-ratelimit-tokens-remaining", "479000"},
    {"anthropic-ratelimit-tokens-reset", "2030-01-01T00:00:00Z"},
    {"anthropic-ratelimit-input-tokens-limit", "400000"},
    {"anthropic-ratelimit-input-tokens-remaining", "400000"},
    {"anthropic-ratelimit-input-tokens-reset", "2030-01-01T00:00:00Z"},
    {"anthropic-ratelimit-output-tokens-limit", "80000"},
    {"anthropic-ratelimit-output-tokens-remaining", "79000"},
    {"anthropic-ratelimit-output-tokens-reset", "2030-01-01T00:00:00Z"},
};

template <std::size_t count>
void append(const http::OutField (&some)[count], Fields& fields) {
  fields.insert(fields.end(), std::begin(some), std::end(some));
}

}  // namespace

HeadFields::HeadFields(const Call& call)
    : dialect_(call.dialect), request_id_("req_mock_" + std::to_string(call.number)) {
  const auto& retry = call.behaviour.native.retry;
  if (retry == 0) return;
  retry_after_ = std::to_string(retry.value_or(1));
  retry_after_ms_ = retry ? retry_after_ + "000" : "10";
}

Fields HeadFields::of(int status, bool stream) const {
  Fields fields;
  switch (dialect_) {
    case Dialect::openai: add_openai(status, fields); break;
    case Dialect::azure:
      fields = {{"apim-request-id", request_id_},
                {"x-request-id", request_id_},
                {"x-ms-region", "Mock Central"}};
      append(azure_limits, fields);
      if (status == 429) add_waits(fields);
      break;
    case Dialect::anthropic: add_anthropic(status, fields); break;
    case Dialect::gemini:
      fields = {{"vary", "Origin, X-Origin, Referer"}, {"server-timing", "gfet4t7; dur=5"}};
      if (stream) fields.push_back({"content-disposition", "attachment"});
      break;
  }
  return fields;
}

void HeadFields::add_openai(int status, Fields& fields) const {
  fields = {{"x-request-id", request_id_},
            {"openai-processing-ms", "5"},
            {"openai-version", "2020-10-01"}};
  if (status != 429) return;
  append(openai_limits, fields);
  add_waits(fields);
}

// `retry-after` also comes with good answers, where it asks for nothing.
void HeadFields::add_anthropic(int status, Fields& fields) const {
  fields = {{"request-id", request_id_}, {"anthropic-organization-id", "org-mock"}};
  append(anthropic_limits, fields);
  if (status < 300) fields.push_back({"retry-after", "3"});
  if (status == 429 && !retry_after_.empty()) fields.push_back({"retry-after", retry_after_});
  if (status == 429 || status >= 500) fields.push_back({"x-should-retry", "true"});
}

void HeadFields::add_waits(Fields& fields) const {
  if (retry_after_.empty()) return;
  fields.push_back({"retry-after-ms", retry_after_ms_});
  fields.push_back({"retry-after", retry_after_});
}

}  // namespace llmgw::mock
