// SPDX-License-Identifier: MIT
// What a request is translated for, and its answer back: by the settings, by what its provider says
// of the model, and by what is remembered of earlier refusals and signatures.
#include "common/log/log.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {
namespace {

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

const TranslationTarget* Forward::translation_target() {
  Upstream& upstream = upstreams_->at(candidate_->upstream);
  if (!routed_->is_translatable || upstream.translation() == nullptr) return nullptr;
  const TranslationSettings& settings = candidate_->translation;
  if (routed_->translating == nullptr) routed_->translating = std::make_unique<Translating>();
  TranslationTarget& target = routed_->translating->target;
  const std::optional<Lesson>& lesson = routed_->translating->lesson;
  target = {.model = routed_->choice.model.empty() ? request_.facts().model.view()
                                                   : routed_->choice.model,
            .provider = upstream.name(),
            .drops_unsupported = routed_->route.drops_unsupported(),
            .shows_reasoning = settings.shows_reasoning,
            .marks_cache = settings.marks_cache,
            .streams_tool_input = settings.streams_tool_input,
            .reduces_schema = settings.reduces_schema,
            .default_max_tokens = settings.default_max_tokens,
            .max_output_tokens = settings.max_output_tokens,
            .reasoning = settings.reasoning,
            .has_sampling = settings.has_sampling,
            .has_forced_tools = settings.has_forced_tools,
            .has_system_turns = settings.has_system_turns,
            .api_version = upstream.api_version(),
            .lesson = lesson,
            .signatures = signatures()};
  target.learnt = upstream.learnt(target.model);
  if (lesson) target.learnt.take(*lesson);
  target.facts = facts_of(context_.discovered.get(), upstream.name(), target.model);
  return &target;
}

AnswerTerms Forward::answer_terms() const {
  const TranslationTarget& target = routed_->translating->target;
  return {.provider = attempt_->upstream().name(),
          .model = target.model,
          .request_id = call_.request_id(),
          .created = seconds_now(),
          .wants_usage = attempt_->translated()->wants_usage,
          .shows_reasoning = target.shows_reasoning,
          .input_includes_cache = attempt_->upstream().input_includes_cache(),
          .signatures = signatures()};
}

// The same target is asked once more, at once: that it refused was the gateway's doing.
bool Forward::takes_lesson() {
  routed_->translating->lesson = attempt_->lesson();
  return !request_.is_client_gone();
}

// Only success proves that it was what the refusal said.
void Forward::note_lesson() {
  const std::optional<Lesson>& lesson = routed_->translating->lesson;
  if (!lesson) return;
  const std::string_view model = routed_->translating->target.model;
  attempt_->upstream().learn(model, *lesson);
  log::debug("a refusal has taught something of a model",
             {{"model", model}, {"kind", lesson_word(lesson->kind)}});
}

TenantSignatures Forward::signatures() const noexcept {
  if (!upstreams_->table().remembers_signatures()) return {};
  return {&context_.signatures, call_.tenant()};
}

}  // namespace llmgw::proxy
