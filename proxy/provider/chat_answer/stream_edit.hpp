// SPDX-License-Identifier: MIT
// PURE: a translated stream as the relay edits answers.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "proxy/provider/answer_edit.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Sends what the translation yields with the read that yielded it.
class TranslatedStream final : public AnswerEdit {
 public:
  explicit TranslatedStream(std::unique_ptr<StreamTranslation> translation) noexcept
      : translation_(std::move(translation)) {}

  void pass(std::string_view payload, Gather& out) override {
    std::string text;
    state_ = translation_->pass(payload, text);
    out.add_owned(std::move(text));
  }
  void finish(Gather& out) override { end(true, out); }
  void release(Gather& out) override { end(false, out); }

  /// What came was no whole answer, and the client was told so.
  bool is_broken() const noexcept { return state_ == StreamTranslation::State::broken; }

 private:
  void end(bool is_whole, Gather& out) {
    std::string text;
    state_ = translation_->finish(is_whole, "upstream_aborted", text);
    out.add_owned(std::move(text));
  }

  std::unique_ptr<StreamTranslation> translation_;
  StreamTranslation::State state_ = StreamTranslation::State::waiting;
};

}  // namespace llmgw::proxy
