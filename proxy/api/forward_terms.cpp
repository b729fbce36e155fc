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
  routed_->target = {.model = routed_->choice.model.empty() ? request_.facts().model.view()
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
                     .lesson = routed_->lesson,
                     .signatures = signatures()};
  routed_->target.learnt = upstream.learnt(routed_->target.model);
  if (routed_->lesson) routed_->target.learnt.take(*routed_->lesson);
  routed_->target.facts =
      facts_of(context_.discovered.get(), upstream.name(), routed_->target.model);
  return &routed_->target;
}

AnswerTerms Forward::answer_terms() const {
  return {.provider = attempt_->upstream().name(),
          .model = routed_->target.model,
          .request_id = call_.request_id(),
          .created = seconds_now(),
          .wants_usage = attempt_->translated()->wants_usage,
          .shows_reasoning = routed_->target.shows_reasoning,
          .input_includes_cache = attempt_->upstream().input_includes_cache(),
          .signatures = signatures()};
}

// The same target is asked once more, at once: that it refused was the gateway's doing.
bool Forward::takes_lesson() {
  routed_->lesson = attempt_->lesson();
  return !request_.is_client_gone();
}

// Only success proves that it was what the refusal said.
void Forward::note_lesson() {
  if (!routed_->lesson) return;
  attempt_->upstream().learn(routed_->target.model, *routed_->lesson);
  log::debug("a refusal has taught something of a model",
             {{"model", routed_->target.model}, {"kind", lesson_word(routed_->lesson->kind)}});
}

TenantSignatures Forward::signatures() const noexcept {
  if (!upstreams_->table().remembers_signatures()) return {};
  return {&context_.signatures, call_.tenant()};
}

}  // namespace llmgw::proxy
