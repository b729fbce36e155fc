// SPDX-License-Identifier: MIT
// PURE: writes turns and their blocks; blocks in a row that are of one role make one turn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/provider/anthropic/cache_marks.hpp"

namespace llmgw::proxy::anthropic {

enum class TurnRole : std::uint8_t { none, user, assistant, system };

/// Where blocks go: into an array that somebody else opens and closes, or into turns.
class BlockWriter {
 public:
  /// Both outlive this.
  BlockWriter(std::string& out, CacheMarks& marks) noexcept : out_(out), marks_(marks) {}

  /// Turns: blocks are of that role from now on. A turn is opened by its first block alone.
  void turn_to(TurnRole role) noexcept { wanted_ = role; }
  /// Of the turn that is open.
  TurnRole role() const noexcept { return role_; }

  /// Begins a block. What is appended to the result is its object, without the end.
  std::string& begin();
  /// Ends it, with the client's mark, or with one of ours if that is asked.
  void end(std::string_view mark, bool is_asked);
  /// Ends a block that takes no mark.
  void end_unmarked();

  /// A text, by the inside of a string; nothing if that is blank, which the API refuses.
  void text(std::string_view inside, std::string_view mark = {}, bool is_asked = false);

  /// Blocks that were begun so far.
  std::size_t count() const noexcept { return count_; }
  /// Marks the last block if it came after the first `count` of them and has no mark.
  void mark_last(std::string_view mark, std::size_t count);

  /// Cuts the white space at the end of the last block if that is a text of the assistant.
  void trim_last_text();
  /// Closes the turn that is open.
  void close();

 private:
  std::string& out_;
  CacheMarks& marks_;
  TurnRole wanted_ = TurnRole::none;
  TurnRole role_ = TurnRole::none;
  std::size_t count_ = 0;
  std::size_t text_at_ = 0;    // of the last block: where the inside of its text begins; 0: none
  std::size_t text_size_ = 0;  // of that
  bool takes_mark_ = false;    // the last block has none and may have one
};

}  // namespace llmgw::proxy::anthropic
