// SPDX-License-Identifier: MIT
// What has been learned is at hand; what is counted goes to another thread.
#include "proxy/estimate/desk.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "proxy/estimate/appraise.hpp"

namespace llmgw::proxy {
namespace {

constexpr double most_permille = 10'000;

// A name that the upstream gave is the model's; what a client asks for may be any name.
const ModelFamily* family_in(const MeteringEvent& event,
                             const EstimateDesk::Ending& ending) noexcept {
  const bool is_named = event.model != event.request_model || ending.target_model.empty();
  return family_of(is_named ? event.model : ending.target_model);
}

}  // namespace

EstimateDesk::EstimateDesk(Settings settings, Estimator& estimator)
    : settings_(settings), estimator_(estimator), budget_(settings.most_texts) {
  estimator.serve(ring_);
}

std::unique_ptr<HeldTexts> EstimateDesk::hold() noexcept try {
  if (!settings_.counts_tokens) return nullptr;
  auto texts = std::make_unique<HeldTexts>();
  texts->request.begin(budget_, settings_.most_text);
  return texts;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void EstimateDesk::learn(const MeteringEvent& event, HeldTexts* texts) noexcept try {
  until_lesson_ = ++lessons_ < first_lessons ? 1 : exchanges_a_lesson;
  const bool is_due = lessons_ >= next_check_ && settings_.counts_tokens;
  // Of an answer with usage that is no stream the text is not held.
  const bool is_held =
      texts != nullptr && event.output_bytes && texts->request.size() > 0 && !ring_.is_full();
  if (is_due && is_held && family_in(event, {}) != nullptr) {
    next_check_ = lessons_ + lessons_a_check;
    auto job = job_of(event, *texts, {});
    job->facts = learned(event, {});
    hand_over(std::move(job));
  }
  ratios_.add(event);
} catch (const std::exception&) {  // no memory: it is not checked this time
}

EstimateFacts EstimateDesk::learned(const MeteringEvent& event,
                                    const Ending& ending) const noexcept {
  EstimateFacts facts{.billing = ending.billing};
  const LearnedRatios::Guess guess = ratios_.guess(event);
  facts.prompt = guess.prompt;
  facts.completion = guess.completion;
  if (!ending.has_answer && guess.prompt) facts.completion = 0;
  if (!facts.prompt && !facts.completion) return facts;
  facts.method = EstimateMethod::learned;
  facts.quality = ending.is_broken_off ? EstimateQuality::lower_bound : EstimateQuality::rough;
  facts.error_permille = static_cast<std::uint32_t>(std::min(guess.error * 1'000, most_permille));
  return facts;
}

std::unique_ptr<EstimateJob> EstimateDesk::job_of(const MeteringEvent& event, HeldTexts& texts,
                                                  const Ending& ending) {
  auto job = std::make_unique<EstimateJob>();
  job->source = event.usage_source;
  job->reported = event.tokens;
  job->family = family_in(event, ending);
  job->output_bytes = event.output_bytes;
  job->is_broken_off = ending.is_broken_off;
  job->model.assign(event.model);
  job->request = std::move(texts.request);
  job->answer = std::move(texts.answer);
  return job;
}

void EstimateDesk::hand_over(std::unique_ptr<EstimateJob> job) noexcept {
  for (HeldText* const each : {&job->request, &job->answer}) each->give_away();
  ring_.push(std::move(job));
  estimator_.wake();
}

bool EstimateDesk::settle(MeteringEvent& event, HeldTexts* texts, const Ending& ending,
                          std::span<char, max_encoded_event> scratch) noexcept {
  facts_ = learned(event, ending);
  event.estimate = &facts_;
  EstimateReason reason = EstimateReason::no_tokenizer;
  if (settings_.counts_tokens && family_in(event, ending) != nullptr) {
    reason = EstimateReason::not_held;
    const bool is_held = texts != nullptr && ending.is_request_whole && texts->request.size() > 0 &&
                         !texts->request.is_cut();
    try {
      if (is_held && ring_.is_full()) {
        reason = EstimateReason::behind;
      } else if (is_held) {
        auto job = job_of(event, *texts, ending);
        job->facts = facts_;
        job->line.emplace(event, scratch);
        handed_over_.add();  // before anybody can have counted it
        hand_over(std::move(job));
        return false;
      }
    } catch (const std::exception&) {  // no memory: what has been learned will do
    }
  }
  const EstimateJob told{.source = event.usage_source, .reported = event.tokens, .facts = facts_};
  const Appraisal appraisal = conclude(told, std::nullopt);
  facts_ = appraisal.facts;
  event.usage_source = appraisal.source;
  counts_.note(facts_.method, reason);
  return true;
}

}  // namespace llmgw::proxy
