// SPDX-License-Identifier: MIT
// Transport and reader put together: spans to events, events to JSON values, values to facts.
#include "proxy/metering/response_meter.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "common/json/scalar.hpp"
#include "proxy/http/media_type.hpp"

namespace llmgw::proxy {

ResponseMeter::Mode ResponseMeter::mode_of(std::string_view content_type) noexcept {
  if (http::is_json(content_type)) return Mode::sniff;
  if (http::is_event_stream(content_type)) return Mode::events;
  return http::media_type(content_type).empty() ? Mode::sniff : Mode::off;
}

void ResponseMeter::begin(const UsageReader& reader, JsonPatterns& patterns,
                          std::string_view content_type, std::string_view content_encoding,
                          std::uint64_t capture_limit) noexcept {
  reader_ = &reader;
  patterns_ = &patterns;
  limit_ = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(capture_limit, std::numeric_limits<std::uint32_t>::max()));
  json_.begin(reader.reply);
  mode_ = capture_limit > 0 ? mode_of(content_type) : Mode::off;
  if (mode_ == Mode::off || content_encoding.empty()) return;
  const auto codings = parse_codings(content_encoding);
  if (codings && codings->size > 0) decoder_.reset(new (std::nothrow) ContentDecoder(*codings));
  if (!codings || (codings->size > 0 && decoder_ == nullptr)) mode_ = Mode::off;
}

// The one place where a fault of metering ends: it is never one of the exchange.
void ResponseMeter::observe(std::string_view body) noexcept try {
  if (mode_ == Mode::off) return;
  seen_ += body.size();
  if (decoder_ == nullptr) return scan(body);
  const auto sink = [](void* meter, std::string_view content) {
    return static_cast<ResponseMeter*>(meter)->scan_content(content);
  };
  if (!decoder_->decode(body, sink, this)) give_up();
} catch (...) {
  give_up();
}

bool ResponseMeter::scan_content(std::string_view content) {
  scan(content);
  return mode_ != Mode::off && !(mode_ == Mode::json && json_.is_done());
}

void ResponseMeter::give_up() noexcept {
  mode_ = Mode::off;
  counts_ = {};
  decoder_.reset();
}

void ResponseMeter::scan(std::string_view content) {
  switch (mode_) {
    case Mode::off: return;
    case Mode::sniff: return sniff(content);
    case Mode::json: return read_json(content);
    case Mode::events: return read_events(content);
  }
}

// The first bytes decide: a brace, a bracket where replies come in lists, or a line that event
// streams begin with. Some servers send events as application/json, or without any type.
void ResponseMeter::sniff(std::string_view content) {
  constexpr std::string_view ignored = " \t\r\n\xef\xbb\xbf";
  constexpr std::string_view fields = "data:event:";
  constexpr std::uint8_t event = 5;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    if (sniffed_ == 0) {
      is_list_ = c == '[' && reader_->has_lists;
      if (c == '{' || is_list_) {
        mode_ = Mode::json;
        if (read_document(content.substr(i))) json_.finish();
        return;
      }
      if (ignored.find(c) != ignored.npos) continue;
      if (c == ':') {
        mode_ = Mode::events;
        return read_events(content.substr(i));
      }
      if (c == fields[event]) sniffed_ = event;
    }
    if (c != fields[sniffed_++]) {
      mode_ = Mode::off;
      return;
    }
    if (c == ':') {
      mode_ = Mode::events;
      read_events(sniffed_ == event ? fields.substr(0, event) : fields.substr(event));
      return read_events(content.substr(i + 1));
    }
  }
}

// From its begin on; most lie whole in one span.
bool ResponseMeter::read_document(std::string_view document) {
  const auto take = [this](const JsonValue& value) { note(value); };
  return patterns_->read(document, reader_->reply, json_, take, parts());
}

void ResponseMeter::read_json(std::string_view json) {
  while (const auto value = json_.next(json, parts())) note(*value);
}

void ResponseMeter::note(const JsonValue& value) noexcept {
  if (value.tag >= reply_tag::first_count) {
    if (value.count) note_count(value.tag, *value.count);
    return;
  }
  const bool is_text = value.kind == JsonKind::text && !value.raw.empty();
  switch (value.tag) {
    case reply_tag::model:
      if (is_text && model_.empty()) append_text(value, model_);
      return;
    case reply_tag::finish_reason:
      if (!is_text) return;
      finish_reason_.clear();
      return append_text(value, finish_reason_);
    case reply_tag::service_tier:
      if (is_text && service_tier_.empty()) append_text(value, service_tier_);
      return;
    case reply_tag::new_sums:
      if (value.kind != JsonKind::null) counts_.clear_from(reader_->first_sum);
      return;
    default:
      if (is_stream()) note_in_event(value);
  }
}

void ResponseMeter::note_count(std::uint8_t tag, std::int64_t count) noexcept {
  if (tag >= reply_tag::first_part) return counts_.add(tag - reply_tag::first_part, count);
  const bool is_lesser = tag >= reply_tag::first_lesser_count;
  if (is_lesser && has_count_ && !has_lesser_count_) return;
  if (!is_lesser && has_lesser_count_) counts_ = {};
  has_count_ = true;
  has_lesser_count_ = is_lesser;
  counts_.set(tag - (is_lesser ? reply_tag::first_lesser_count : reply_tag::first_count), count);
}

bool ResponseMeter::awaits_usage() const noexcept {
  const bool is_coming = in_event_ && !json_.is_done();
  return mode_ == Mode::events && !finish_reason_.empty() &&
         (is_coming || !is_known(reader_->usage(counts_)));
}

bool ResponseMeter::has_whole_usage() const noexcept {
  const bool is_coming = in_event_ && !json_.is_done();
  return mode_ == Mode::events && !finish_reason_.empty() && !is_coming &&
         is_known(reader_->usage(counts_));
}

ResponseFacts ResponseMeter::finish() noexcept {
  ResponseFacts facts;
  if (mode_ == Mode::events) {
    const auto last = events_.finish();  // a name at most
    if (last) failed_ = failed_ || reader_->tells_failure(last->text);
  }
  if (text_ != nullptr && !holds_text_) text_->drop_piece();
  if (is_stream()) {
    facts.stream_chunks = chunks_;
    facts.output_bytes = text_bytes_;
  }
  if (reader_ != nullptr) facts.usage = with_total(reader_->usage(counts_));
  facts.model = model_;
  facts.finish_reason = finish_reason_;
  facts.service_tier = service_tier_;
  facts.error_event = failed_;
  facts.captured_bytes = std::min<std::uint64_t>(seen_, limit_);
  facts.capture_truncated = seen_ > limit_;
  return facts;
}

}  // namespace llmgw::proxy
