// SPDX-License-Identifier: MIT
// Transport and reader put together: spans to events, events to JSON values, values to facts.
#include "proxy/metering/response_meter.hpp"

#include <algorithm>
#include <utility>

#include "proxy/metering/json_scalar.hpp"

namespace llmgw::proxy {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a == b || std::ranges::equal(a, b, {}, lower, lower);
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

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

ResponseMeter::Mode ResponseMeter::mode_of(std::string_view content_type) noexcept {
  if (content_type == "application/json") return Mode::sniff;
  const std::string_view media_type = trimmed(content_type.substr(0, content_type.find(';')));
  if (media_type.empty()) return Mode::sniff;
  if (equal_ignoring_case(media_type, "text/event-stream")) return Mode::events;
  const bool is_json = equal_ignoring_case(media_type, "application/json") ||
                       ends_ignoring_case(media_type, "+json");
  return is_json ? Mode::sniff : Mode::off;
}

void ResponseMeter::begin(const UsageReader& reader, std::string_view content_type,
                          std::string_view content_encoding, std::uint64_t capture_limit) noexcept {
  const bool is_plain =
      content_encoding.empty() || equal_ignoring_case(trimmed(content_encoding), "identity");
  reader_ = &reader;
  limit_ = capture_limit;
  json_.begin(reader.reply);
  mode_ = capture_limit > 0 && is_plain ? mode_of(content_type) : Mode::off;
}

void ResponseMeter::observe(std::string_view body) noexcept {
  if (mode_ == Mode::off) return;
  seen_ += body.size();
  scan(body);  // a decoder of content codings belongs between these two lines
}

void ResponseMeter::scan(std::string_view body) noexcept {
  switch (mode_) {
    case Mode::off: return;
    case Mode::sniff: return sniff(body);
    case Mode::json: return read_json(body);
    case Mode::events: return read_events(body);
  }
}

// The first bytes decide: a brace, or a line that event streams begin with. Some servers send
// events as application/json, or without any type.
void ResponseMeter::sniff(std::string_view body) noexcept {
  constexpr std::string_view ignored = " \t\r\n\xef\xbb\xbf";
  constexpr std::string_view fields = "data:event:";
  constexpr std::uint8_t event = 5;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (sniffed_ == 0) {
      if (ignored.find(c) != ignored.npos) continue;
      mode_ = c == '{' ? Mode::json : c == ':' ? Mode::events : Mode::sniff;
      if (mode_ != Mode::sniff) return scan(body.substr(i));
      if (c == fields[event]) sniffed_ = event;
    }
    if (c != fields[sniffed_++]) {
      mode_ = Mode::off;
      return;
    }
    if (c == ':') {
      mode_ = Mode::events;
      read_events(sniffed_ == event ? fields.substr(0, event) : fields.substr(event));
      return read_events(body.substr(i + 1));
    }
  }
}

void ResponseMeter::read_events(std::string_view body) noexcept {
  while (const auto piece = events_.next(body)) note_event(*piece);
}

void ResponseMeter::note_event(const SsePiece& piece) noexcept {
  switch (piece.kind) {
    case SsePiece::Kind::whole_data:
      if (!may_hold(piece.text, reader_->words, reader_->words.size() - (model_.empty() ? 0 : 1)))
        return;
      json_.begin(reader_->reply);
      return read_json(piece.text);
    case SsePiece::Kind::data:
      if (!std::exchange(in_event_, true)) json_.begin(reader_->reply);
      return read_json(piece.text);
    case SsePiece::Kind::end: in_event_ = false; return;
    case SsePiece::Kind::name: failed_ = failed_ || reader_->tells_failure(piece.text); return;
  }
}

void ResponseMeter::read_json(std::string_view json) noexcept {
  while (const auto value = json_.next(json)) note(*value);
}

void ResponseMeter::note(const JsonValue& value) noexcept {
  const bool is_text = value.kind == JsonKind::text && !value.raw.empty();
  switch (value.tag) {
    case reply_tag::model:
      if (is_text && model_.empty()) append_unescaped(value.raw, model_);
      return;
    case reply_tag::finish_reason:
      if (!is_text) return;
      finish_reason_.clear();
      return append_unescaped(value.raw, finish_reason_);
    case reply_tag::error:
      if (mode_ == Mode::events && is_truthy(value)) failed_ = true;
      return;
    case reply_tag::event_name:
      if (mode_ == Mode::events && is_text && reader_->tells_failure(value.raw)) failed_ = true;
      return;
    default: break;
  }
  if (value.kind != JsonKind::number) return;
  if (const auto count = parse_count(value.raw))
    counts_.set(value.tag - reply_tag::first_count, *count);
}

ResponseFacts ResponseMeter::finish() noexcept {
  ResponseFacts facts;
  if (mode_ == Mode::events) {
    if (const auto last = events_.finish()) note_event(*last);
  }
  if (reader_ != nullptr) facts.usage = with_total(reader_->usage(counts_));
  facts.model = model_;
  facts.finish_reason = finish_reason_;
  facts.error_event = failed_;
  facts.captured_bytes = std::min(seen_, limit_);
  facts.capture_truncated = seen_ > limit_;
  return facts;
}

}  // namespace llmgw::proxy
