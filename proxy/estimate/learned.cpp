// SPDX-License-Identifier: MIT
// Sums that forget slowly.
#include "proxy/estimate/learned.hpp"

#include <algorithm>
#include <cmath>

namespace llmgw::proxy {
namespace {

constexpr double kept_of_sum = 0.99;
constexpr double weight_of_error = 0.05;

std::string_view name_in(const MeteringEvent& event) noexcept {
  return event.request_model.empty() ? event.model : event.request_model;
}

}  // namespace

void TokensPerByte::add(std::uint64_t bytes, std::uint64_t tokens) noexcept {
  if (bytes == 0 || tokens == 0) return;
  const auto actual = static_cast<double>(tokens);
  if (bytes_ > 0) {
    const double guessed = static_cast<double>(bytes) * tokens_ / bytes_;
    const double error = std::min(std::abs(guessed - actual) / actual, 10.0);
    error_ = samples_ == 1 ? error : error_ + weight_of_error * (error - error_);
  }
  bytes_ = bytes_ * kept_of_sum + static_cast<double>(bytes);
  tokens_ = tokens_ * kept_of_sum + actual;
  samples_ = std::min(samples_ + 1, least_samples);
}

std::optional<std::uint64_t> TokensPerByte::guess(std::uint64_t bytes) const noexcept {
  if (!is_known()) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(bytes) * tokens_ / bytes_));
}

const LearnedRatios::Row* LearnedRatios::find(std::string_view model) const noexcept {
  if (last_ < size_ && rows_[last_].model == model) return &rows_[last_];
  for (std::size_t i = 0; i < size_; ++i) {
    if (!(rows_[i].model == model)) continue;
    last_ = i;
    return &rows_[i];
  }
  return nullptr;
}

LearnedRatios::Row& LearnedRatios::row_of(std::string_view model) noexcept {
  if (find(model) != nullptr) return rows_[last_];
  if (size_ < most_models) {
    last_ = size_++;
  } else {
    last_ = oldest_;
    oldest_ = (oldest_ + 1) % most_models;
  }
  rows_[last_] = {};
  rows_[last_].model.assign(model);
  return rows_[last_];
}

void LearnedRatios::add(const MeteringEvent& event) noexcept {
  const std::string_view model = name_in(event).substr(0, max_event_text);
  if (model.empty()) return;
  Row& row = row_of(model);
  if (event.tokens.prompt) row.prompt.add(event.request_bytes, *event.tokens.prompt);
  if (!event.tokens.completion || !event.output_bytes) return;
  const std::uint64_t hidden =
      std::min(event.tokens.reasoning.value_or(0), *event.tokens.completion);
  row.completion.add(*event.output_bytes, *event.tokens.completion - hidden);
}

LearnedRatios::Guess LearnedRatios::guess(const MeteringEvent& event) const noexcept {
  const Row* const row = find(name_in(event).substr(0, max_event_text));
  if (row == nullptr) return {};
  Guess guess;
  guess.prompt = row->prompt.guess(event.request_bytes);
  if (event.output_bytes) guess.completion = row->completion.guess(*event.output_bytes);
  if (guess.prompt) guess.error = row->prompt.error();
  if (guess.completion) guess.error = std::max(guess.error, row->completion.error());
  return guess;
}

}  // namespace llmgw::proxy
