// SPDX-License-Identifier: MIT
// PURE: a translated stream as the relay edits answers.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "proxy/provider/answer_edit.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Sends what the translation yields with the read that yielded it. The head is on its way by then,
/// so an error of whatever kind is told by an event.
class TranslatedStream final : public AnswerEdit {
 public:
  explicit TranslatedStream(std::unique_ptr<StreamTranslation> translation) noexcept
      : translation_(std::move(translation)) {}

  bool pass(std::string_view payload, Gather& out) override {
    std::string text;
    return send(translation_->pass(payload, text), text, out);
  }
  bool finish(Gather& out) override {
    std::string text;
    return send(translation_->finish(true, {}, text), text, out);
  }
  void release(errc fault, Gather& out) override {
    std::string text;
    (void)send(translation_->finish(false, code_of(fault), text), text, out);
  }

  const AnswerFacts& facts() const noexcept { return translation_->facts(); }
  /// What was told to the client in place of the end; null: nothing.
  const TranslatedError* error() const noexcept {
    return is_failed_ ? &translation_->error() : nullptr;
  }

 private:
  using State = StreamTranslation::State;

  static std::string_view code_of(errc fault) noexcept {
    if (fault == errc::timed_out) return "upstream_timeout";
    return fault == errc::malformed_message ? "upstream_invalid_response" : "upstream_aborted";
  }

  // What the upstream itself told ends in good order.
  bool send(State state, std::string& text, Gather& out) {
    if (state == State::failed && !is_failed_)
      chat_answer::append_error_event(translation_->error(), text);
    is_failed_ = state == State::failed || state == State::broken;
    out.add_owned(std::move(text));
    return !is_failed_ || translation_->error().upstream_status != 0;
  }

  std::unique_ptr<StreamTranslation> translation_;
  bool is_failed_ = false;
};

}  // namespace llmgw::proxy
