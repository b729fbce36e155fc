// SPDX-License-Identifier: MIT
// PURE: cuts a text into the pieces that tokens are made of, as the pattern of an encoding does.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/tokens/rank_data.hpp"

namespace llmgw::proxy {

struct Piece {
  std::size_t size = 0;     ///< of the piece, in bytes
  bool is_certain = false;  ///< whether it would be the same piece, whatever followed the text
};

/// The first piece of a text, which is not empty, valid UTF-8, and begins where a piece ends.
/// Looks at each character a few times at most, however long the piece.
Piece first_piece(Encoding encoding, std::string_view text) noexcept;

}  // namespace llmgw::proxy
