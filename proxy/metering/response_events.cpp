// SPDX-License-Identifier: MIT
// The part of the response meter that reads event streams.
#include <utility>

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
    case JsonKind::number: return value.count != 0;
    default: return false;
  }
}

}  // namespace

void ResponseMeter::read_events(std::string_view content) {
  while (!content.empty()) {
    if (read_known_event(content)) continue;
    if (const auto piece = events_.next(content)) read_event(*piece);
  }
}

// Most events are one line that is known: then nobody has to search for its end.
bool ResponseMeter::read_known_event(std::string_view& stream) {
  const std::string_view ahead = events_.data_ahead(stream);
  if (ahead.empty()) return false;
  const auto [known, size] = patterns_->match_line(ahead, reader_->reply);
  if (known == nullptr || !events_.take_event(stream, ahead.data() + size)) return false;
  holds_text_ = true;
  for (const JsonValue& each : known->values()) note(each);
  return true;
}

void ResponseMeter::read_event(const SsePiece& piece) {
  switch (piece.kind) {
    case SsePiece::Kind::whole_data:
      holds_text_ = true;
      return patterns_->scan(
          piece.text, reader_->reply, json_, [this](const JsonValue& value) { note(value); },
          text_);
    case SsePiece::Kind::data:
      if (!std::exchange(in_event_, true)) {
        holds_text_ = true;
        json_.begin(reader_->reply);
      }
      return read_json(piece.text);
    case SsePiece::Kind::end: in_event_ = false; return;
    case SsePiece::Kind::name: failed_ = failed_ || reader_->tells_failure(piece.text); return;
  }
}

// A list that holds an error and nothing before it is no stream that failed: so come errors that
// have their own status.
void ResponseMeter::note_in_event(const JsonValue& value) noexcept {
  if (value.tag == reply_tag::error) {
    const bool is_failure = !is_list_ || chunks_ > 0 || has_count_;
    failed_ = failed_ || (is_failure && is_truthy(value));
  } else if (value.kind != JsonKind::text) {
    return;
  } else if (value.tag == reply_tag::text) {
    note_text(value);
  } else {
    failed_ = failed_ || reader_->tells_failure(value.raw);
    holds_text_ = reader_->holds_text(value.raw);
  }
}

void ResponseMeter::note_text(const JsonValue& value) noexcept {
  const bool is_text = holds_text_ && value.size > 0;
  if (text_ != nullptr) end_piece(value.raw, is_text);
  if (!is_text) return;
  ++chunks_;
  text_bytes_ += value.size;
}

// Either it was told in parts before it was reported, or it is reported whole.
void ResponseMeter::end_piece(std::string_view raw, bool is_text) noexcept {
  if (is_text) {
    text_->end_piece(raw);
  } else {
    text_->drop_piece();
  }
}

}  // namespace llmgw::proxy
