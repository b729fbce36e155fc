// SPDX-License-Identifier: MIT
// PURE: what a chunk of a chat completion holds only because its usage was asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llmgw::proxy {

struct ChunkVerdict {
  enum class Kind : std::uint8_t {
    incomplete,  ///< the JSON goes on, or has not begun
    keep,        ///< nothing of it was asked for, or it is no chunk
    cut,         ///< `size` bytes from `from` on were asked for: a `usage` member with its comma
    drop,        ///< all of it was: usage without choices
    unasked,     ///< it reports usage beside choices, which this upstream then does of its own
  };
  Kind kind = Kind::keep;
  std::size_t from = 0;
  std::size_t size = 0;
};

/// Looks at the data of one event. `is_all`: nothing follows, so that JSON which goes on is none.
/// `usage_beside_choices_is_asked_for`: this upstream reports so, but only when asked.
ChunkVerdict judge_chunk(std::string_view json, bool is_all,
                         bool usage_beside_choices_is_asked_for) noexcept;

}  // namespace llmgw::proxy
