// SPDX-License-Identifier: MIT
// The prompt by the formula of its family, the answer by its text.
#include "proxy/estimate/appraise.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "common/json/items.hpp"
#include "common/json/text_measure.hpp"
#include "common/text/byte_search.hpp"
#include "proxy/tokens/chat_prompt.hpp"
#include "proxy/tokens/json_text.hpp"

namespace llmgw::proxy {
namespace {

using json_items::inside_of;
using json_items::JsonElements;
using json_items::member_of;

std::string_view view(const WipedText& text) noexcept { return {text.data(), text.size()}; }

/// Adds up the texts of an answer.
class Answer {
 public:
  explicit Answer(Encoding encoding) : counter_(encoding) {}

  void add_pieces(std::string_view pieces, bool is_one_text);
  void add_body(std::string_view body);
  std::uint64_t tokens() const noexcept { return tokens_; }
  std::uint64_t bytes() const noexcept { return bytes_; }  ///< of what the pieces stand for

 private:
  void add_text(std::string_view value) {
    if (const auto inside = inside_of(value)) tokens_ += count_inside(counter_, *inside);
  }
  void add_message(std::string_view message);
  void add_item(std::string_view item);

  TokenCounter counter_;
  std::uint64_t tokens_ = 0;
  std::uint64_t bytes_ = 0;
};

// Of several choices the pieces come in turn, mostly a token each: then each counts by itself.
void Answer::add_pieces(std::string_view pieces, bool is_one_text) {
  const char* at = pieces.data();
  const char* const end = at + pieces.size();
  while (at != end) {
    const char* const from = at;
    while ((at = find_quote_or_escape(at, end)) != end && *at == '\\')
      at = end - at < 2 ? end : at + 2;
    const std::string_view inside(from, static_cast<std::size_t>(at - from));
    TextMeasure measure;
    measure.add(from, at);
    bytes_ += measure.size();
    add_inside(counter_, inside);
    if (!is_one_text) tokens_ += counter_.finish();
    if (at != end) ++at;
  }
  tokens_ += counter_.finish();
}

void Answer::add_message(std::string_view message) {
  for (const std::string_view name : {"content", "refusal", "reasoning_content", "reasoning"})
    add_text(member_of(message, name));
  JsonElements calls(member_of(message, "tool_calls"));
  for (std::string_view each; calls.next(each);) {
    const std::string_view function = member_of(each, "function");
    add_text(member_of(function, "name"));
    add_text(member_of(function, "arguments"));
  }
}

// Of the Responses API.
void Answer::add_item(std::string_view item) {
  add_text(member_of(item, "name"));
  add_text(member_of(item, "arguments"));
  JsonElements parts(member_of(item, "content"));
  for (std::string_view each; parts.next(each);) {
    add_text(member_of(each, "text"));
    add_text(member_of(each, "refusal"));
  }
}

void Answer::add_body(std::string_view body) {
  body.remove_prefix(std::min(body.find('{'), body.size()));
  JsonElements choices(member_of(body, "choices"));
  for (std::string_view each; choices.next(each);) {
    add_text(member_of(each, "text"));
    add_message(member_of(each, "message"));
  }
  JsonElements output(member_of(body, "output"));
  for (std::string_view each; output.next(each);) add_item(each);
}

// Which asks for one answer, as nearly all do.
bool asks_for_one(std::string_view request) {
  request.remove_prefix(std::min(request.find('{'), request.size()));
  const std::string_view n = member_of(request, "n");
  return n.empty() || n == "1" || n == "null";
}

bool is_embedding(const ModelFamily& family) noexcept {
  return family.prefix.starts_with("text-embedding");
}

// What was left out goes by the rest.
std::uint64_t extrapolated(const Answer& answer, std::uint64_t all_bytes) noexcept {
  if (answer.bytes() == 0 || all_bytes <= answer.bytes()) return answer.tokens();
  const double ratio = static_cast<double>(all_bytes) / static_cast<double>(answer.bytes());
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(answer.tokens()) * ratio));
}

}  // namespace

std::optional<EstimateFacts> appraise(const EstimateJob& job) noexcept try {
  if (job.family == nullptr || job.request.is_cut()) return std::nullopt;
  const ModelFamily& family = *job.family;
  const WipedText request = job.request.whole();
  const auto prompt = count_prompt(family, view(request));
  if (!prompt) return std::nullopt;
  EstimateFacts facts{.prompt = prompt->tokens,
                      .method = prompt->has_parts ? EstimateMethod::bpe_parts : EstimateMethod::bpe,
                      .quality = prompt->quality,
                      .billing = job.facts.billing};
  const auto weaken = [&facts](Quality quality) {
    facts.quality = std::max(facts.quality, quality);
  };
  if (job.is_broken_off) weaken(Quality::lower_bound);
  if (is_embedding(family)) return facts;
  weaken(family.completion);
  Answer answer(family.encoding);
  const bool is_one_text = asks_for_one(view(request));
  const WipedText text = job.answer.whole();
  if (!job.output_bytes) {
    answer.add_body(view(text));
    facts.completion = answer.tokens();
    if (job.answer.is_cut()) weaken(Quality::lower_bound);
    return facts;
  }
  answer.add_pieces(view(text), is_one_text);
  facts.completion = extrapolated(answer, *job.output_bytes);
  if (!is_one_text || job.answer.is_cut()) weaken(Quality::rough);
  return facts;
} catch (const std::exception&) {
  return std::nullopt;
}

// What was reported is not estimated, but for a completion that was told before its end.
Appraisal conclude(const EstimateJob& job, const std::optional<EstimateFacts>& counted) noexcept {
  Appraisal appraisal{job.source, counted.value_or(job.facts)};
  EstimateFacts& facts = appraisal.facts;
  facts.billing = job.facts.billing;
  if (job.reported.prompt) facts.prompt.reset();
  if (job.reported.completion &&
      (job.source != UsageSource::partial || facts.completion <= job.reported.completion))
    facts.completion.reset();
  if (!facts.prompt && !facts.completion) {
    facts = {.billing = job.facts.billing};
    if (facts.billing == Billing::estimate) {
      facts.billing.reset();
      if (is_reported(job.source)) facts.billing = Billing::usage;
    }
    return appraisal;
  }
  if (job.source == UsageSource::missing) appraisal.source = UsageSource::estimated;
  return appraisal;
}

}  // namespace llmgw::proxy
