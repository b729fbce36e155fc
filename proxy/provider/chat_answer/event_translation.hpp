// SPDX-License-Identifier: MIT
// PURE: what the streams of all dialects have in common: events, states, and how they end.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/chat_answer/chunk_writer.hpp"
#include "proxy/provider/chat_answer/event_assembly.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::chat_answer {

/// A provider's own word, such as a finish reason.
using Word = decltype(AnswerFacts::native_finish_reason);

/// Memory: one event, the names, and what a dialect adds, which is fixed. Throws bad_alloc.
class EventTranslation : public StreamTranslation {
 public:
  EventTranslation(const AnswerTerms& terms, std::size_t most_event)
      : chunks_(terms), events_(most_event) {}

  State pass(std::string_view payload, std::string& out) final;
  State finish(bool is_whole, std::string_view code, std::string& out) final;
  const TranslatedError& error() const noexcept final { return error_; }
  const AnswerFacts& facts() const noexcept final { return facts_; }

 protected:
  /// Appends what an event yields. False: its data are none of the dialect's; what was appended
  /// then is whole chunks.
  virtual bool take_event(std::string_view data, std::string& out) = 0;
  /// The body is over and was not cut off: appends the end, if that is the end.
  virtual void take_end(std::string& out) = 0;

  const ChunkWriter& chunks() const noexcept { return chunks_; }
  AnswerFacts& told() noexcept { return facts_; }
  bool is_waiting() const noexcept { return state_ == State::waiting; }
  /// The first chunk is about to be appended.
  void open(const AnswerNames& names);
  /// Ends the stream with an error: by an event, or before all output by state.
  void fail(TranslatedError error, std::string& out);
  /// Appends usage and `[DONE]`.
  void end(const ChatUsage& usage, std::string& out);

 private:
  bool is_live() const noexcept { return state_ == State::waiting || state_ == State::open; }

  ChunkWriter chunks_;
  EventAssembly events_;
  State state_ = State::waiting;
  TranslatedError error_;
  AnswerFacts facts_;
};

}  // namespace llmgw::proxy::chat_answer
