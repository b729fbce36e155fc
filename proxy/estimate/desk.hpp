// SPDX-License-Identifier: MIT
// Desk: what one worker does about exchanges without usage: what it holds for them, what it has
// learned, and whom it hands them to.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "common/event/metering_event.hpp"
#include "proxy/estimate/counts.hpp"
#include "proxy/estimate/estimator.hpp"
#include "proxy/estimate/held_text.hpp"
#include "proxy/estimate/job_ring.hpp"
#include "proxy/estimate/learned.hpp"

namespace llmgw::proxy {

/// Belongs to its worker's thread, but for what says otherwise.
class EstimateDesk {
 public:
  struct Settings {
    bool counts_tokens = true;   ///< else estimates are what has been learned
    std::size_t most_text = 0;   ///< bytes of one text that is held
    std::size_t most_texts = 0;  ///< of all of this worker together
  };

  /// The estimator outlives the desk, and has not been started yet.
  EstimateDesk(Settings settings, Estimator& estimator);

  /// Where the texts of an exchange are held, the request's from now on; null where no text is, or
  /// no memory.
  std::unique_ptr<HeldTexts> hold() noexcept;
  /// The answer's, too.
  void hold_answer(HeldTexts& texts) noexcept { texts.answer.begin(budget_, settings_.most_text); }

  struct Ending {
    std::string_view target_model = {};  ///< as it was asked for; empty: as the client named it
    Billing billing = Billing::estimate;
    bool is_broken_off = false;  ///< more may have been written than came
    bool has_answer = true;      ///< something of one came
    bool is_request_whole = true;
  };

  /// An exchange had usage: some of them teach, and some are estimated to see what that is worth.
  /// `texts`: as far as they were held; null: they were not.
  void note_usage(const MeteringEvent& event, HeldTexts* texts) noexcept {
    if (--until_lesson_ == 0) learn(event, texts);
  }
  /// An exchange had none, or not to its end. True: its event is complete, and looks at facts that
  /// are good until the next call; false: it has been handed over, and will be counted and sent.
  /// `scratch` is used during the call.
  bool settle(MeteringEvent& event, HeldTexts* texts, const Ending& ending,
              std::span<char, max_encoded_event> scratch) noexcept;

  // Any thread.
  const Counter& handed_over() const noexcept { return handed_over_; }
  const EstimateCounts& counts() const noexcept { return counts_; }
  std::size_t text_bytes() const noexcept { return budget_.held(); }

 private:
  static constexpr std::uint32_t first_lessons = 256;     // each exchange teaches
  static constexpr std::uint32_t exchanges_a_lesson = 8;  // after those
  static constexpr std::uint32_t lessons_a_check = 125;   // so that it is one exchange in 1,000

  [[gnu::cold]] void learn(const MeteringEvent& event, HeldTexts* texts) noexcept;
  EstimateFacts learned(const MeteringEvent& event, const Ending& ending) const noexcept;
  std::unique_ptr<EstimateJob> job_of(const MeteringEvent& event, HeldTexts& texts,
                                      const Ending& ending);
  void hand_over(std::unique_ptr<EstimateJob> job) noexcept;

  const Settings settings_;
  Estimator& estimator_;
  TextBudget budget_;
  LearnedRatios ratios_;
  JobRing ring_;
  EstimateFacts facts_;  // of the event settled last
  std::uint32_t until_lesson_ = 1;
  std::uint64_t lessons_ = 0;
  std::uint64_t next_check_ = 0;  // of lessons
  Counter handed_over_;
  EstimateCounts counts_;
};

}  // namespace llmgw::proxy
