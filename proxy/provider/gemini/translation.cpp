// SPDX-License-Identifier: MIT
// The parts of the translation put together.
#include "proxy/provider/gemini/translation.hpp"

#include "proxy/provider/gemini/answer_body.hpp"
#include "proxy/provider/gemini/answer_error.hpp"
#include "proxy/provider/gemini/answer_stream.hpp"
#include "proxy/provider/gemini/request.hpp"
#include "proxy/provider/gemini/signature_refusal.hpp"
#include "proxy/provider/target.hpp"

namespace llmgw::proxy {
namespace {

class GeminiTranslation final : public Translation {
 public:
  RequestTranslation translate(std::string_view body,
                               const TranslationTarget& target) const override {
    return translate_to_gemini(body, target);
  }
  void append_target(std::string& out, const TranslationTarget& target,
                     bool is_stream) const override {
    const std::string_view version = target.api_version.empty() ? "v1beta" : target.api_version;
    out.append("/").append(version).append("/models/");
    append_segment(out, target.model);
    out.append(is_stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  }
  std::unique_ptr<StreamTranslation> stream(const AnswerTerms& terms,
                                            std::size_t most_event) const override {
    return gemini_stream(terms, most_event);
  }
  std::optional<TranslatedAnswer> answer(std::string_view body,
                                         const AnswerTerms& terms) const override {
    return gemini_answer(body, terms);
  }
  TranslatedError error(int status, std::string_view body) const override {
    return gemini_error(status, body);
  }
  std::optional<TranslatedError> error_in_answer(std::string_view body) const override {
    return gemini_error_in_answer(body);
  }
  std::optional<Lesson> lesson(const TranslatedError& error, const TranslationTarget& target,
                               const TranslatedRequest& sent) const override {
    if (!gemini::names_thought_signature(error.message)) return std::nullopt;
    return gemini::lesson_of_signatures(target, sent);
  }
};

constexpr GeminiTranslation translation;

}  // namespace

const Translation& gemini_translation() noexcept { return translation; }

}  // namespace llmgw::proxy
