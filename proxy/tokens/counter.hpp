// SPDX-License-Identifier: MIT
// PURE: how many tokens a text is that comes in parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/text/wiped.hpp"
#include "proxy/tokens/ranks.hpp"

namespace llmgw::proxy {

/// However a text is cut, its count is the same, and that of tiktoken's encode_ordinary(): what
/// looks like a special token is text. Bytes that are not UTF-8 count as U+FFFD, one for each
/// longest part of a character (as Python's errors="replace" and the WHATWG's decoders do). What it
/// holds of the text is wiped.
class TokenCounter {
 public:
  /// Throws what ranks_of() does.
  explicit TokenCounter(Encoding encoding);

  /// The next part. Throws bad_alloc.
  void add(std::string_view part);
  /// The text is over: its tokens. Another one may follow. Throws bad_alloc.
  std::uint64_t finish();

  /// Appends the ranks of all tokens from now on; `ids` outlives this.
  void keep_ids(std::vector<std::uint32_t>& ids) noexcept { ids_ = &ids; }

 private:
  void take_characters(std::string_view part);
  void append(std::string_view text) { text_.insert(text_.end(), text.begin(), text.end()); }
  void take_pieces(bool is_last);

  static constexpr std::size_t first_try = 4096;

  const Encoding encoding_;
  const Ranks& ranks_;
  std::vector<std::uint32_t>* ids_ = nullptr;
  WipedText text_;      // valid UTF-8, from the begin of a piece on
  char begun_[4] = {};  // of a character that is not whole yet
  std::size_t begun_size_ = 0;
  std::size_t next_try_ = first_try;  // the size of text_ at which it is worth looking for pieces
  std::uint64_t count_ = 0;
};

/// Of a text that is there as a whole. Throws what the counter throws.
std::uint64_t count_tokens(Encoding encoding, std::string_view text);

}  // namespace llmgw::proxy
