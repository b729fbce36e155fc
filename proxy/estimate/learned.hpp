// SPDX-License-Identifier: MIT
// PURE: tokens by bytes, as each model's own exchanges with usage have shown.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {

/// The tokens a byte makes, over the last hundred or so samples.
class TokensPerByte {
 public:
  static constexpr std::uint32_t least_samples = 20;  ///< below that nothing is guessed

  void add(std::uint64_t bytes, std::uint64_t tokens) noexcept;
  std::optional<std::uint64_t> guess(std::uint64_t bytes) const noexcept;
  /// The mean distance of guesses from what was then reported, relative to that.
  double error() const noexcept { return error_; }
  bool is_known() const noexcept { return samples_ >= least_samples; }

 private:
  double bytes_ = 0;
  double tokens_ = 0;
  double error_ = 0;
  std::uint32_t samples_ = 0;
};

/// Those of the models met lately; belongs to one thread, never allocates.
class LearnedRatios {
 public:
  static constexpr std::size_t most_models = 64;

  struct Guess {
    std::optional<std::uint64_t> prompt;
    std::optional<std::uint64_t> completion;
    double error = 0;  ///< of the one that is less sure
  };

  /// An exchange of which tokens were reported. What a model thinks in secret is no part of what it
  /// writes, and is left out.
  void add(const MeteringEvent& event) noexcept;
  /// What is not known of the model, or nothing.
  Guess guess(const MeteringEvent& event) const noexcept;

 private:
  struct Row {
    BoundedString<max_event_text> model;
    TokensPerByte prompt;
    TokensPerByte completion;
  };

  const Row* find(std::string_view model) const noexcept;
  Row& row_of(std::string_view model) noexcept;

  std::array<Row, most_models> rows_;
  std::size_t size_ = 0;
  std::size_t oldest_ = 0;        // makes way, should there be no room
  mutable std::size_t last_ = 0;  // met last: mostly the next one, too
};

}  // namespace llmgw::proxy
