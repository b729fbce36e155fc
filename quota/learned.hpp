// SPDX-License-Identifier: MIT
// PURE: Learned: how many tokens requests take, by those that one thread has seen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace llmgw::quota {

/// Means that follow what comes, those of late counting most. Bounded: where there is no room, what
/// was not met for longest of its place makes way. Belongs to its thread.
class Learned {
 public:
  /// Before anything is known: tokens of one byte of a JSON body, tokens of one answer.
  static constexpr double first_ratio = 0.27;
  static constexpr double first_output = 256;

  /// `seed`: by chance, so that nobody can choose names that share a place with others.
  explicit Learned(std::uint64_t seed);

  /// Of which means an exchange is told, and which it tells of itself: input by the model, output
  /// by the tenant too.
  struct Place {
    std::uint64_t input = 0;
    std::uint64_t output = 0;
  };
  Place place_of(std::string_view tenant, std::string_view model) const noexcept;

  /// Of a request of so many bytes.
  std::uint64_t input_tokens(const Place& place, std::uint64_t bytes) const noexcept;
  /// Of one answer.
  std::uint64_t output_tokens(const Place& place) const noexcept;

  /// What was reported of an exchange.
  void note_input(const Place& place, std::uint64_t bytes, std::uint64_t tokens) noexcept;
  void note_output(const Place& place, std::uint64_t tokens) noexcept;

 private:
  struct Mean {
    std::uint64_t hash = 0;  // 0: free
    float value = 0;
    std::uint32_t count = 0;
  };
  static constexpr std::size_t ways = 4;
  using Set = std::array<Mean, ways>;  // the one met last comes first

  const Mean* find(std::uint64_t hash) const noexcept;
  void note(std::uint64_t hash, double first, double value) noexcept;

  const std::uint64_t seed_;
  std::vector<Set> sets_;
};

/// What of a body is no text: what stands behind `;base64,` up to its quote.
struct DataUrls {
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
};
DataUrls find_data_urls(std::string_view body) noexcept;

/// What an image, a file or a sound is taken for.
inline constexpr std::uint64_t tokens_of_part = 800;

}  // namespace llmgw::quota
