// SPDX-License-Identifier: MIT
// Whether an exchange is admitted by the key of its client, and by the model that it asks for.
#include "common/json/scalar.hpp"
#include "common/text/case_blind.hpp"
#include "proxy/api/caller.hpp"
#include "proxy/api/forward_exchange.hpp"
#include "proxy/provider/model_place.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

// Of a body that is coded, or said to be of two types, nobody knows how the upstream reads it.
bool is_plain(const http::Head& head) noexcept {
  std::size_t types = 0;
  for (const http::Field& each : head.fields) {
    if (each.id == http::FieldId::content_type) ++types;
    if (each.id == http::FieldId::content_encoding && !equals_ignoring_case(each.value, "identity"))
      return false;
  }
  return types <= 1;
}

bool has_body(const http::Framing& framing) noexcept {
  const bool is_empty = framing.kind == http::Framing::Kind::length && framing.length == 0;
  return framing.kind != http::Framing::Kind::none && !is_empty;
}

}  // namespace

// By the head alone; the model may lie anywhere in the body.
const GatewayError* Forward::admit_caller() {
  const Caller caller = caller_of(*callers_, exchange_.head());
  key_ = caller.key;
  if (key_ != nullptr) call_.note_caller(caller.tenant, key_->id);
  checks_model_ = caller.verdict == KeyVerdict::accepted && !key_->models.empty();
  return checks_model_ ? nullptr : note_caller(context_, *callers_, caller);
}

// What the path names goes before what the body says. A request without a body that names no model
// asks nothing of any; one with a body has to name it so that all servers read it alike.
const GatewayError* Forward::check_model() {
  if (request_.is_client_gone()) return &gateway_error::malformed_request;
  Caller caller{.key = key_};
  if (const auto in_path = classify(exchange_.head()).model; !in_path.empty()) {
    const std::string_view in_body = request_.facts().model.view();
    if (!allows_model(*key_, in_path) || (!in_body.empty() && !allows_model(*key_, in_body)))
      caller.error = &gateway_error::model_not_allowed;
  } else if (has_body(exchange_.body().framing())) {
    const auto model = model_in_body();
    if (!model) {
      const bool has_room = request_.is_complete() || request_.facts().model.empty();
      caller.error = has_room ? &gateway_error::model_not_told : &gateway_error::overloaded;
    } else if (model->is_cut() || !allows_model(*key_, model->view())) {
      caller.error = &gateway_error::model_not_allowed;
    }
  }
  if (caller.error != nullptr) caller.verdict = KeyVerdict::model_not_allowed;
  return note_caller(context_, *callers_, caller);
}

// Nothing where the body is not there whole, or names none, or more than one.
std::optional<BoundedString<max_event_text>> Forward::model_in_body() {
  const http::RequestHead& head = exchange_.head();
  if (request_.held() == nullptr || !request_.is_complete() || !is_plain(head)) return std::nullopt;
  const auto place =
      place_of_model(request_.held()->body(), head.value(http::FieldId::content_type));
  if (!place || place->text.empty()) return std::nullopt;
  BoundedString<max_event_text> model;
  if (place->is_json) {
    append_unescaped(place->text, model);
  } else {
    model.append(place->text);
  }
  return model;
}

// What is told of a model that is not allowed: its name, and nothing of those that are.
std::string Forward::refused_model() {
  std::string_view name = classify(exchange_.head()).model;
  const auto in_body = name.empty() ? model_in_body() : std::nullopt;
  if (in_body) name = in_body->view();
  return "This key may not be used for the model `" + std::string(name) + "`.";
}

}  // namespace llmgw::proxy
