// SPDX-License-Identifier: MIT
// The part of the response meter that reads event streams.
#include <utility>

#include "proxy/metering/json_scalar.hpp"
#include "proxy/metering/response_meter.hpp"

namespace llmgw::proxy {
namespace {

// In JavaScript's sense, which clients apply to `error`; but any object or array is one.
bool is_truthy(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::object:
    case JsonKind::array:
    case JsonKind::yes: return true;
    case JsonKind::text: return !value.raw.empty();
    case JsonKind::number: return parse_count(value.raw) != 0;
    default: return false;
  }
}

}  // namespace

void ResponseMeter::read_events(std::string_view content) {
  while (const auto piece = events_.next(content)) read_event(*piece);
}

void ResponseMeter::read_event(const SsePiece& piece) {
  switch (piece.kind) {
    case SsePiece::Kind::whole_data: return read_whole_event(piece.text);
    case SsePiece::Kind::data:
      if (!std::exchange(in_event_, true)) begin_event();
      return read_json(piece.text);
    case SsePiece::Kind::end: in_event_ = false; return;
    case SsePiece::Kind::name: failed_ = failed_ || reader_->tells_failure(piece.text); return;
  }
}

void ResponseMeter::begin_event() noexcept {
  json_.begin(reader_->reply);
  holds_text_ = true;
}

void ResponseMeter::read_whole_event(std::string_view data) {
  using Match = TextPrefix::Match;
  std::string_view rest = data;
  std::uint64_t size = 0;
  const Match match = prefix_ == nullptr ? Match::none : prefix_->take(rest, size);
  if (match == Match::none) return read_new_event(data);
  note_text(size);
  if (match == Match::all) return;
  holds_text_ = true;
  json_.resume(prefix_->place());
  read_behind_text(rest);
}

// Nothing wanted but nulls: so it will be in each event that ends the same.
void ResponseMeter::read_behind_text(std::string_view rest) {
  bool is_empty = true;
  for (std::string_view left = rest; const auto value = json_.next(left);) {
    note(*value);
    is_empty = is_empty && value->kind == JsonKind::null;
  }
  if (is_empty && prefix_ != nullptr) prefix_->learn_rest(rest);
}

void ResponseMeter::read_new_event(std::string_view data) {
  begin_event();
  // So far nothing that another event with the same begin would have to say again.
  bool is_common = true;
  std::string_view rest = data;
  while (const auto value = json_.next(rest)) {
    note(*value);
    const bool is_text = value->tag == reply_tag::text && value->kind == JsonKind::text;
    if (is_common && is_text && holds_text_ && value->raw.data() != nullptr) {
      if (prefix_ == nullptr) prefix_ = std::make_unique<TextPrefix>();
      prefix_->learn(data, value->raw, json_.place());
      const auto behind =
          static_cast<std::size_t>(value->raw.data() - data.data()) + value->raw.size() + 1;
      json_.resume(json_.place());
      return read_behind_text(data.substr(behind));
    }
    is_common =
        is_common && (value->tag == reply_tag::model || value->tag == reply_tag::event_name);
  }
}

void ResponseMeter::note_in_event(const JsonValue& value) noexcept {
  if (value.tag == reply_tag::error) {
    failed_ = failed_ || is_truthy(value);
  } else if (value.kind != JsonKind::text) {
    return;
  } else if (value.tag == reply_tag::text) {
    if (holds_text_) note_text(value.size);
  } else {
    failed_ = failed_ || reader_->tells_failure(value.raw);
    holds_text_ = reader_->holds_text(value.raw);
  }
}

void ResponseMeter::note_text(std::uint64_t size) noexcept {
  if (size == 0) return;
  ++chunks_;
  text_bytes_ += size;
}

}  // namespace llmgw::proxy
