// SPDX-License-Identifier: MIT
// PURE: the chunks of one streamed chat completion.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/chat_answer/answer_head.hpp"
#include "proxy/provider/chat_answer/chat_usage.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::chat_answer {

/// Every chunk has the same names. Copies what the terms show, and so stays where it is.
class ChunkWriter {
 public:
  explicit ChunkWriter(const AnswerTerms& terms);
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  /// Before the first chunk.
  void name(const AnswerNames& names);

  /// Appends a chunk up to the members of its delta, which are then to be appended.
  void begin_delta(std::size_t choice, std::string& out) const;
  /// Appends its end. `logprobs`: JSON.
  void end_delta(std::string& out, std::string_view logprobs = "null") const;

  /// Appends the chunk that finishes a choice; `native`, plain text: empty for none.
  void append_finish(std::size_t choice, std::string_view reason, std::string_view native,
                     std::string& out) const;
  /// Appends the chunk of usage, if it was asked for and is known, and `[DONE]`.
  void append_end(const ChatUsage& usage, std::string& out) const;

  const std::string& request_id() const noexcept { return request_id_; }
  bool shows_reasoning() const noexcept { return terms_.shows_reasoning; }

 private:
  void end_chunk(std::string& out) const;

  std::string model_;
  std::string request_id_;
  AnswerTerms terms_;  // its views are of the strings above
  std::string head_;   // of every chunk
};

}  // namespace llmgw::proxy::chat_answer
