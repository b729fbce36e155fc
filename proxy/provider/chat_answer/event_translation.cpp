// SPDX-License-Identifier: MIT
// A stream has one end, good or bad; nothing is looked at behind it.
#include "proxy/provider/chat_answer/event_translation.hpp"

#include <utility>

#include "proxy/provider/chat_answer/upstream_error.hpp"

namespace llmgw::proxy::chat_answer {

StreamTranslation::State EventTranslation::pass(std::string_view payload, std::string& out) {
  std::string_view data;
  while (is_live()) {
    const EventAssembly::Found found = events_.next(payload, data);
    if (found == EventAssembly::Found::nothing) break;
    const bool is_good =
        found == EventAssembly::Found::event && (data.empty() || take_event(data, out));
    if (!is_good) fail(invalid_stream(), out);
  }
  return state_;
}

// A last event counts without its blank line, if it is JSON; if it is none, the stream was cut.
StreamTranslation::State EventTranslation::finish(bool is_whole, std::string_view code,
                                                  std::string& out) {
  if (is_whole && is_live()) {
    const std::string_view rest = events_.rest();
    const bool is_good = rest.empty() || take_event(rest, out);
    if (is_good && is_live()) take_end(out);
  }
  if (is_live()) fail(cut_stream(is_whole ? std::string_view() : code), out);
  return state_;
}

void EventTranslation::open(const AnswerNames& names) {
  chunks_.name(names);
  state_ = State::open;
}

void EventTranslation::fail(TranslatedError error, std::string& out) {
  error_ = std::move(error);
  if (state_ == State::waiting) {
    state_ = State::failed;
    return;
  }
  append_error_event(error_, out);
  state_ = State::broken;
}

void EventTranslation::end(const ChatUsage& usage, std::string& out) {
  chunks_.append_end(usage, out);
  state_ = State::ended;
}

}  // namespace llmgw::proxy::chat_answer
