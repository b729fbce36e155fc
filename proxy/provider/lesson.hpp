// SPDX-License-Identifier: MIT
// PURE: what a provider teaches of a model by refusing a request that the gateway has translated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/provider/model_table.hpp"

namespace llmgw::proxy {

/// How the same request is to be translated again, of which nothing was processed.
struct Lesson {
  enum class Kind : std::uint8_t {
    max_tokens,         ///< the limit that the gateway chose is more than the model takes
    thought_signature,  ///< a signature of a thought is none, or is none of this server's
  };
  Kind kind = Kind::max_tokens;
  std::uint64_t max_tokens = 0;  ///< of that kind: the most that the model takes; not 0
  bool is_plain = false;         ///< of the other: what stands in goes as a plain word

  friend bool operator==(const Lesson&, const Lesson&) = default;
};
inline constexpr std::array<std::string_view, 2> lesson_words{"max_tokens", "thought_signature"};

constexpr std::string_view lesson_word(Lesson::Kind kind) noexcept {
  return lesson_words[static_cast<std::size_t>(kind)];
}

/// What lessons have left behind of one model.
struct Learnt {
  std::optional<std::uint64_t> max_tokens = {};  ///< the most that it takes
  bool has_plain_stand_in = false;               ///< see Lesson::is_plain

  void take(const Lesson& lesson) noexcept {
    if (lesson.kind == Lesson::Kind::max_tokens) {
      max_tokens = lesson.max_tokens;
    } else {
      has_plain_stand_in = lesson.is_plain;
    }
  }
};

using LearntModels = ModelTable<Learnt>;

}  // namespace llmgw::proxy
