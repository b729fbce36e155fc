// SPDX-License-Identifier: MIT
// Parts go out as they come. Finish reasons are held: a later event may still bring a call, and the
// end of the body is the only sign that nothing follows.
#include "proxy/provider/gemini/answer_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json/scalar.hpp"
#include "proxy/provider/chat_answer/event_translation.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"
#include "proxy/provider/gemini/answer_candidate.hpp"
#include "proxy/provider/gemini/answer_error.hpp"
#include "proxy/provider/gemini/answer_logprobs.hpp"
#include "proxy/provider/gemini/answer_usage.hpp"
#include "proxy/provider/gemini/answer_words.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::members_of;
using chat_answer::text_of;

constexpr std::size_t most_candidates = 16;  // the API makes up to 8
constexpr std::size_t most_calls = 128;      // of a candidate

class GeminiStream final : public chat_answer::EventTranslation {
 public:
  GeminiStream(const AnswerTerms& terms, std::size_t most_event)
      : EventTranslation(terms, most_event), signatures_(terms.signatures) {}

 private:
  // What is remembered of a candidate.
  struct Choice {
    std::size_t calls = 0;
    std::size_t images = 0;
    bool is_seen = false;
    chat_answer::Word finish = {};
  };

  bool take_event(std::string_view data, std::string& out) override;
  void note_finish();
  void take_end(std::string& out) override;

  bool take_candidates(std::string_view candidates, const chat_answer::AnswerNames& names,
                       std::string& out);
  bool take_parts(std::size_t number, const GeminiCandidate& candidate, std::string& out);
  bool take_part(std::size_t number, const GeminiPart& part, std::string& logprobs,
                 std::string& out);
  void take_block(std::string_view feedback, const chat_answer::AnswerNames& names,
                  std::string& out);

  void begin_choice(std::size_t number, const chat_answer::AnswerNames& names, std::string& out);
  void add_text(std::size_t number, std::string_view text, std::string& logprobs,
                std::string& out) const;
  void add_thought(std::size_t number, std::string_view text, std::string& out) const;
  bool add_call(std::size_t number, const GeminiPart& call, std::string& out);
  void add_image(std::size_t number, const GeminiPart& image, std::string& out);

  std::array<Choice, most_candidates> choices_;
  GeminiAnswerUsage usage_;
  const TenantSignatures signatures_;
};

// A later event may still bring a call, and so change what the reason means.
void GeminiStream::note_finish() {
  const auto found =
      std::ranges::find_if_not(choices_, [](const Choice& each) { return each.finish.empty(); });
  if (found != choices_.end()) note_gemini_finish(found->finish.view(), found->calls > 0, told());
}

bool GeminiStream::take_event(std::string_view data, std::string& out) {
  constexpr std::array<std::string_view, 6> names{"candidates",   "usageMetadata",  "responseId",
                                                  "modelVersion", "promptFeedback", "error"};
  const auto members = members_of(data, names);
  if (!members) return false;
  const auto& [candidates, usage, id, model, feedback, error] = *members;
  if (!error.empty()) {
    fail(gemini_error_event(data), out);
    return true;
  }
  usage_.note(usage);
  const chat_answer::AnswerNames answer{.id = text_of(id), .model = text_of(model)};
  if (!candidates.empty() && !take_candidates(candidates, answer, out)) return false;
  take_block(feedback, answer, out);
  note_finish();
  return true;
}

bool GeminiStream::take_candidates(std::string_view candidates,
                                   const chat_answer::AnswerNames& names, std::string& out) {
  chat_answer::JsonElements elements(candidates);
  for (std::uint64_t position = 0; const auto element = elements.next(); ++position) {
    const auto candidate = read_gemini_candidate(*element, position);
    if (!candidate || candidate->index >= most_candidates) return false;
    candidate->note_skipped(told().skipped);
    const auto number = static_cast<std::size_t>(candidate->index);
    begin_choice(number, names, out);
    if (!take_parts(number, *candidate, out)) return false;
    if (!is_gemini_finish(candidate->finish_reason)) continue;
    choices_[number].finish.clear();
    append_unescaped(candidate->finish_reason, choices_[number].finish);
  }
  return elements.is_array();
}

void GeminiStream::begin_choice(std::size_t number, const chat_answer::AnswerNames& names,
                                std::string& out) {
  if (choices_[number].is_seen) return;
  choices_[number].is_seen = true;
  if (is_waiting()) open(names);
  chunks().begin_delta(number, out);
  out += R"("role":"assistant","content":"")";
  chunks().end_delta(out);
}

// How likely the tokens were goes with the first text of the event, or alone.
bool GeminiStream::take_parts(std::size_t number, const GeminiCandidate& candidate,
                              std::string& out) {
  std::string logprobs = chat_logprobs_of_gemini(candidate.logprobs);
  if (!candidate.parts.empty()) {
    chat_answer::JsonElements parts(candidate.parts);
    while (const auto element = parts.next()) {
      const auto part = read_gemini_part(*element);
      if (!part || !take_part(number, *part, logprobs, out)) return false;
    }
    if (!parts.is_array()) return false;
  }
  if (logprobs == "null") return true;
  chunks().begin_delta(number, out);
  chunks().end_delta(out, logprobs);
  return true;
}

bool GeminiStream::take_part(std::size_t number, const GeminiPart& part, std::string& logprobs,
                             std::string& out) {
  using Kind = GeminiPart::Kind;
  switch (part.kind) {
    case Kind::text: add_text(number, part.text, logprobs, out); return true;
    case Kind::thought: add_thought(number, part.text, out); return true;
    case Kind::call: return add_call(number, part, out);
    case Kind::image: add_image(number, part, out); return true;
    case Kind::nothing: return true;
    case Kind::skipped: told().skipped.add(part.skipped); return true;
  }
  return true;
}

void GeminiStream::add_text(std::size_t number, std::string_view text, std::string& logprobs,
                            std::string& out) const {
  chunks().begin_delta(number, out);
  chat_answer::append_text("content", text, out);
  chunks().end_delta(out, logprobs);
  logprobs = "null";
}

void GeminiStream::add_thought(std::size_t number, std::string_view text, std::string& out) const {
  if (!chunks().shows_reasoning()) return;
  chunks().begin_delta(number, out);
  chat_answer::append_text("reasoning_content", text, out);
  chunks().end_delta(out);
}

bool GeminiStream::add_call(std::size_t number, const GeminiPart& call, std::string& out) {
  Choice& choice = choices_[number];
  if (choice.calls == most_calls) return false;
  const std::size_t k = choice.calls++;
  const std::string id = chat_answer::call_id(call.id, chunks().request_id(), number, k);
  keep_signature(signatures_, id, call.signature);
  chunks().begin_delta(number, out);
  out += R"("tool_calls":[)";
  chat_answer::append_tool_call({.id = id,
                                 .name = call.name,
                                 .arguments = call.arguments,
                                 .thought_signature = call.signature},
                                k, out);
  out += ']';
  chunks().end_delta(out);
  return true;
}

void GeminiStream::add_image(std::size_t number, const GeminiPart& image, std::string& out) {
  chunks().begin_delta(number, out);
  out += R"("images":[)";
  chat_answer::append_image(image.media_type, image.data, choices_[number].images++, out);
  out += ']';
  chunks().end_delta(out);
}

// Of a blocked prompt there is no candidate, and what there is ends here.
void GeminiStream::take_block(std::string_view feedback, const chat_answer::AnswerNames& names,
                              std::string& out) {
  const std::string_view reason = gemini_block_reason(feedback);
  if (reason.empty()) return;
  if (is_waiting()) begin_choice(0, names, out);
  for (Choice& each : choices_) {
    if (!each.is_seen || !each.finish.empty()) continue;
    each.finish.append(blocked_prompt);
    append_unescaped(reason, each.finish);
  }
}

void GeminiStream::take_end(std::string& out) {
  const auto is_unfinished = [](const Choice& each) { return each.is_seen && each.finish.empty(); };
  if (is_waiting() || std::ranges::any_of(choices_, is_unfinished)) return;
  for (std::size_t number = 0; number < choices_.size(); ++number) {
    const Choice& each = choices_[number];
    if (!each.is_seen) continue;
    const std::string_view native = each.finish.view();
    chunks().append_finish(number, chat_finish_of_gemini(native, each.calls > 0), native, out);
  }
  end(usage_.in_chat_form(), out);
}

}  // namespace

std::unique_ptr<StreamTranslation> gemini_stream(const AnswerTerms& terms, std::size_t most_event) {
  return std::make_unique<GeminiStream>(terms, most_event);
}

}  // namespace llmgw::proxy
