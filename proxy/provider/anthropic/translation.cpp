// SPDX-License-Identifier: MIT
// The parts of the translation put together.
#include "proxy/provider/anthropic/translation.hpp"

#include "proxy/provider/anthropic/answer_body.hpp"
#include "proxy/provider/anthropic/answer_error.hpp"
#include "proxy/provider/anthropic/answer_stream.hpp"
#include "proxy/provider/anthropic/request.hpp"
#include "proxy/provider/anthropic/token_limit.hpp"

namespace llmgw::proxy {
namespace {

class AnthropicTranslation final : public Translation {
 public:
  RequestTranslation translate(std::string_view body,
                               const TranslationTarget& target) const override {
    return translate_to_anthropic(body, target);
  }
  void append_target(std::string& out, const TranslationTarget&, bool) const override {
    out.append("/v1/messages");
  }
  std::unique_ptr<StreamTranslation> stream(const AnswerTerms& terms,
                                            std::size_t most_event) const override {
    return anthropic_stream(terms, most_event);
  }
  std::optional<TranslatedAnswer> answer(std::string_view body,
                                         const AnswerTerms& terms) const override {
    return anthropic_answer(body, terms);
  }
  TranslatedError error(int status, std::string_view body) const override {
    return anthropic_error(status, body);
  }
  std::optional<TranslatedError> error_in_answer(std::string_view body) const override {
    return anthropic_error_in_answer(body);
  }
  // A limit of the client's own is the client's to mend.
  std::optional<Lesson> lesson(const TranslatedError& error, const TranslationTarget& target,
                               const TranslatedRequest& sent) const override {
    if (target.lesson || !sent.is_max_tokens_defaulted) return std::nullopt;
    const auto legal = anthropic::legal_max_tokens(error.message, sent.max_tokens);
    if (!legal) return std::nullopt;
    return Lesson{.kind = Lesson::Kind::max_tokens, .max_tokens = *legal};
  }
};

constexpr AnthropicTranslation translation;

}  // namespace

const Translation& anthropic_translation() noexcept { return translation; }

}  // namespace llmgw::proxy
