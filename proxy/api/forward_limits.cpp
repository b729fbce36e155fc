// SPDX-License-Identifier: MIT
// Who asks, how much of it, and what is taken of their limits for that.
#include <algorithm>
#include <utility>

#include "common/log/log.hpp"
#include "proxy/api/forward_exchange.hpp"
#include "proxy/http/media_type.hpp"
#include "proxy/provider/model_place.hpp"

namespace llmgw::proxy {
namespace {

// Shorter bodies hold no picture that would matter.
constexpr std::uint64_t least_with_parts = 4 * 1024;

// How much is read to find a model, and to know how much there is.
constexpr std::uint64_t most_to_admit = 1024 * 1024;

constexpr std::chrono::seconds between_lines{10};

std::int64_t count_of(quota::Clock::time_point time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// Of the time since the log was told of this rule; one of all workers is to tell it.
bool is_to_be_told(quota::Cell& cell) noexcept {
  const std::int64_t now = count_of(quota::Clock::now());
  std::int64_t last = cell.told_at.load(std::memory_order_relaxed);
  if (last != 0 && now - last < std::chrono::nanoseconds(between_lines).count()) return false;
  return cell.told_at.compare_exchange_strong(last, now, std::memory_order_relaxed);
}

}  // namespace

// What a token says of itself is the name of no key.
std::string_view Forward::key_id_for_limits() const noexcept {
  const bool is_of_key = key_ != nullptr && identity_ == nullptr;
  return is_of_key ? std::string_view(key_->id) : std::string_view();
}

// What the head alone decides.
const GatewayError* Forward::admit_head() {
  auto caller = context_.limits.callers->find(call_.tenant(), key_id_for_limits());
  if (caller == nullptr) return nullptr;
  const quota::AdmissionTerms terms{context_.config.enforces_limits,
                                    [] { return quota::Clock::now(); }};
  limited_ = std::make_unique<Limited>(std::move(caller), terms);
  return ask_head();
}

const GatewayError* Forward::ask_head() { return decide(limited_->reservation.admit_head()); }

const GatewayError* Forward::decide(std::optional<quota::Refusal> refusal) {
  if (!refusal) return nullptr;
  if (refusal->kind != quota::RefusalKind::lacking) return refuse_by(*refusal);
  limited_->lacking = refusal;
  return nullptr;
}

// Nothing is held upstream meanwhile. Other exchanges may be faster when there are some.
Task<const GatewayError*> Forward::wait_for_units() {
  if (request_.held() == nullptr) request_.hold();
  const auto begun = Call::Clock::now();
  Call::Clock::time_point& until = limited_->waits_until;
  if (until == Call::Clock::time_point()) until = begun + UnitWaits::longest;
  UnitWait wait(until);
  limited_->waiting = &wait;
  request_.watch_client_now();
  const GatewayError* refusal = nullptr;
  while (limited_->lacking && !request_.is_client_gone()) {
    const quota::Refusal lacking = *std::exchange(limited_->lacking, std::nullopt);
    const UnitWaitEnd end =
        co_await context_.unit_waits->wait(wait, *lacking.entry->lent, lacking.units);
    if (end == UnitWaitEnd::late) limited_->reservation.wait_no_more();
    if (!request_.is_client_gone()) refusal = limited_->is_of_body ? admit_body() : ask_head();
  }
  limited_->waiting = nullptr;
  limited_->lacking.reset();
  context_.limits.waits.observe(Call::Clock::now() - begun);
  co_return request_.is_client_gone() ? &gateway_error::malformed_request : refusal;
}

bool Forward::has_body_to_admit() const noexcept {
  return limited_->reservation.caller().has_rules_of_body() &&
         exchange_.body().framing().kind != http::Framing::Kind::none;
}

// A body that has come whole is known already, but for its pictures and forms.
bool Forward::has_more_to_admit() const noexcept {
  if (!has_body_to_admit()) return false;
  return !request_.is_complete() || exchange_.body().payload_bytes() > least_with_parts ||
         is_form_data(exchange_.head().value(http::FieldId::content_type));
}

// Without a model by then the rules about models refuse. With one all is read, as far as there is
// room: another name may stand at the end.
Task<errc> Forward::read_to_admit() {
  errc fault = co_await request_.read_up_to(most_to_admit);
  const bool is_about_models = limited_->reservation.caller().has_rules_of_models();
  if (fault == errc::ok && is_about_models && !request_.facts().model.empty())
    fault = co_await request_.read_rest();
  co_return fault;
}

// What the body decides; whom it goes to is known by then.
const GatewayError* Forward::admit_body() {
  if (!has_body_to_admit()) return nullptr;
  const RequestFacts& facts = request_.facts();
  if (limited_->reservation.caller().has_rules_of_models()) {
    if (facts.names_several_models) return &gateway_error::ambiguous_model;
    if (facts.model.is_cut()) return &gateway_error::model_not_found;
    if (facts.model.empty() && !is_body_read()) return &gateway_error::malformed_request;
  }
  note_size();
  const bool is_priced =
      limited_->reservation.caller().has_rules_of_money() && upstreams_->prices() != nullptr;
  std::optional<RequestPrices> prices;
  if (is_priced) prices.emplace(request_prices());
  const quota::Demand demand{
      .input_tokens = limited_->input_tokens,
      .output_tokens = context_.limits.learned->output_tokens(learned_place()),
      .max_tokens = facts.max_tokens,
      .answers = facts.answers,
      .prices = prices ? &*prices : nullptr};
  limited_->is_of_body = true;
  return decide(limited_->reservation.admit_body(facts.model.view(), demand));
}

// At whoever may be asked, if it has to be routed.
RequestPrices Forward::request_prices() const {
  return {*upstreams_, candidate_, routed_ == nullptr ? nullptr : &routed_->route, call_.tenant(),
          request_.facts().model.view()};
}

// Whether a model would have been found, if it asked for one.
bool Forward::is_body_read() const noexcept {
  return request_.is_complete() && exchange_.head().value(http::FieldId::content_encoding).empty();
}

// By its length where that is told, else by what has come.
void Forward::note_size() {
  const http::Framing& framing = exchange_.body().framing();
  const std::uint64_t size = framing.kind == http::Framing::Kind::length
                                 ? framing.length
                                 : exchange_.body().payload_bytes();
  const std::string_view type = exchange_.head().value(http::FieldId::content_type);
  limited_->is_text = type.empty() || http::is_json(type);
  if (!limited_->is_text) {
    limited_->input_tokens = quota::tokens_of_part;
    return;
  }
  quota::DataUrls parts;
  if (size > least_with_parts && request_.held() != nullptr)
    parts = quota::find_data_urls(request_.held()->body());
  limited_->text_bytes = size - std::min(size, parts.bytes);
  limited_->part_tokens = parts.count * quota::tokens_of_part;
  limited_->input_tokens = limited_->part_tokens + context_.limits.learned->input_tokens(
                                                       learned_place(), limited_->text_bytes);
}

// By the model once there is one; it may be found only after the admission.
const quota::Learned::Place& Forward::learned_place() {
  const std::string_view model = request_.facts().model.view();
  if (!std::exchange(limited_->is_placed, !model.empty()))
    limited_->place = context_.limits.learned->place_of(call_.tenant(), model);
  return limited_->place;
}

const GatewayError* Forward::refuse_by(const quota::Refusal& refusal) {
  const std::string_view model = request_.facts().model.view();
  limited_->error = std::make_unique<LimitError>(refusal, call_.tenant(), model);
  const GatewayError& error = limited_->error->error();
  if (is_to_be_told(*refusal.entry->cell))
    context_.log.warn("limit reached", {{"tenant", call_.tenant()},
                                        {"rule", refusal.entry->label},
                                        {"unit", quota::word_of(refusal.entry->rule->unit)},
                                        {"code", error.code}});
  return &error;
}

// What is left of them takes the place of what the upstream says of its own.
void Forward::show_limits(http::ResponseHead& head) {
  if (!context_.config.shows_limits) return;
  const quota::RateFields& own = limited_->fields.emplace(limited_->reservation);
  std::vector<http::Field>& shown = context_.workspace.shown_fields;
  shown.clear();
  for (const http::Field& each : head.fields)
    if (!own.replaces(each.name)) shown.push_back(each);
  for (const auto& each : own.all())
    shown.push_back({each.name, each.value, http::FieldId::other, true});
  head.fields = shown;
}

void Forward::show_limits(std::vector<http::OutField>& fields) {
  if (limited_ == nullptr || !context_.config.shows_limits) return;
  const quota::RateFields& own = limited_->fields.emplace(limited_->reservation);
  std::erase_if(fields, [&own](const http::OutField& each) { return own.replaces(each.name); });
  for (const auto& each : own.all()) fields.push_back({each.name, each.value});
}

// Of the upstream that was asked last; empty: as the client named it.
std::string_view Forward::asked_model() const noexcept {
  return routed_ == nullptr ? std::string_view() : routed_->choice.model;
}

void Forward::note_sent() noexcept {
  if (attempt_ && attempt_->is_sent()) limited_->is_sent = true;
}

// By what was reported; else by what has gone both ways. Of an answer that is an error nothing was
// used.
void Forward::settle(const ResponseFacts& answer, std::optional<pricing::Nano> cost) {
  note_sent();
  quota::Learned& learned = *context_.limits.learned;
  const RequestFacts& asked = request_.facts();
  const quota::Learned::Place& place = learned_place();
  quota::Actual actual{.cost = cost, .is_sent = limited_->is_sent};
  const TokenCounts& usage = answer.usage;
  if (usage.prompt || usage.completion) {
    actual.input_tokens = usage.prompt.value_or(0);
    actual.output_tokens = usage.completion.value_or(0);
    const std::uint64_t of_text =
        actual.input_tokens - std::min(actual.input_tokens, limited_->part_tokens);
    if (limited_->is_text && usage.prompt) learned.note_input(place, limited_->text_bytes, of_text);
    learned.note_output(place, actual.output_tokens / std::max<std::uint64_t>(asked.answers, 1));
  } else if (call_.status() < 400 && limited_->is_text) {
    actual.input_tokens = limited_->input_tokens;
    actual.output_tokens = learned.input_tokens(place, answer.output_bytes.value_or(0));
    if (limited_->reservation.caller().has_rules_of_money() && upstreams_->prices() != nullptr)
      actual.cost = request_prices().cost_at(answering_, asked_model(), actual.input_tokens,
                                             actual.output_tokens);
  } else if (call_.status() >= 400) {
    actual.cost = 0;
  }
  limited_->reservation.settle(actual);
}

}  // namespace llmgw::proxy
