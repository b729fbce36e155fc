// SPDX-License-Identifier: MIT
// PURE: watches the body of one response and tells what it said of itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/json/patterns.hpp"
#include "common/json/scanner.hpp"
#include "common/text/bounded_string.hpp"
#include "proxy/estimate/held_text.hpp"
#include "proxy/metering/content_decoder.hpp"
#include "proxy/metering/sse_scanner.hpp"
#include "proxy/metering/usage.hpp"
#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

struct ResponseFacts {
  Usage usage;                                  ///< as reported; a missing total is derived
  BoundedString<max_event_text> model;          ///< empty: none seen
  BoundedString<max_event_name> finish_reason;  ///< in the upstream's word; empty: none seen
  BoundedString<max_event_word> service_tier;   ///< in the upstream's word; empty: none seen
  bool error_event = false;                     ///< a stream said that it failed
  std::uint64_t captured_bytes = 0;             ///< of the body looked at, up to the limit
  bool capture_truncated = false;               ///< more was looked at than the limit
  /// Of a stream: pieces of text seen, and the bytes of UTF-8 that they make.
  std::optional<std::uint64_t> stream_chunks;
  std::optional<std::uint64_t> output_bytes;
};

/// Lives in place with its exchange. On the heap it takes memory for a short value that lies in
/// several spans, and for the decoders of content codings. Never fails and never holds anything up:
/// what it does not understand stays unknown, as does all usage where a coding is broken or memory
/// is refused.
class ResponseMeter {
 public:
  /// Begins the response; call it once. `reader` and `patterns` outlive the meter; the patterns are
  /// those of its thread. Bodies are looked at when
  /// `content_type` is JSON or an event stream, or when there is none and the body begins like one,
  /// in any of the codings that ContentDecoder knows. Both as sent. A `capture_limit` of 0 looks at
  /// no body at all, and none is above 4 GiB; of a body that is not looked at, nothing counts as
  /// captured or cut.
  void begin(const UsageReader& reader, JsonPatterns& patterns, std::string_view content_type,
             std::string_view content_encoding, std::uint64_t capture_limit) noexcept;

  /// Shows the next bytes of the body, framing removed, in any split. Before begin(): does nothing.
  void observe(std::string_view body) noexcept;

  /// The text of a stream is to be kept there, each piece as inside of a JSON string with a quote
  /// behind it. Outlives the meter; call it before anything is observed.
  void keep_text(HeldText& text) noexcept { text_ = &text; }
  /// Null: nobody keeps it.
  HeldText* text() const noexcept { return text_; }

  /// Whether the body is a stream of replies, whatever its type is called.
  bool is_stream() const noexcept { return mode_ == Mode::events || is_list_; }

  /// Whether the body is one document, and no usage has been found in it so far.
  bool is_document_without_usage() const noexcept {
    return mode_ == Mode::json && !has_count_ && decoder_ == nullptr;
  }

  /// Whether the model has ended its text, and no usage has come yet, or not all of it.
  bool awaits_usage() const noexcept;

  /// Whether the model has ended its text, and the usage has come, all of it.
  bool has_whole_usage() const noexcept;

  /// Whether the usage is a sum over parts of the answer.
  bool has_sums() const noexcept {
    return reader_ != nullptr && counts_.has_from(reader_->first_sum);
  }

  /// The body is over, complete or not. Call it once.
  ResponseFacts finish() noexcept;

 private:
  enum class Mode : std::uint8_t { off, sniff, json, events };

  static Mode mode_of(std::string_view content_type) noexcept;
  bool scan_content(std::string_view content);
  void scan(std::string_view content);
  void sniff(std::string_view content);
  void read_events(std::string_view content);
  bool read_known_event(std::string_view& stream);
  void read_event(const SsePiece& piece);
  bool read_document(std::string_view document);
  void read_json(std::string_view json);
  void note(const JsonValue& value) noexcept;
  void note_count(std::uint8_t tag, std::int64_t count) noexcept;
  void note_in_event(const JsonValue& value) noexcept;
  void note_text(const JsonValue& value) noexcept;
  void end_piece(std::string_view raw, bool is_text) noexcept;
  void give_up() noexcept;
  TextParts* parts() noexcept { return is_stream() ? text_ : nullptr; }

  // What an event that is known needs comes first: of many streams little is in the caches.
  const UsageReader* reader_ = nullptr;
  JsonPatterns* patterns_ = nullptr;
  std::unique_ptr<ContentDecoder> decoder_;  // none: the body is not coded
  std::uint64_t seen_ = 0;
  std::uint64_t text_bytes_ = 0;
  Mode mode_ = Mode::off;
  bool in_event_ = false;   // json_ is within the data of one
  bool holds_text_ = true;  // the event under way does, by its name
  // Rarely asked for, and in one byte: with the slots of counts the meter is as large as it may be.
  std::uint8_t sniffed_ : 4 = 0;  // bytes of a field name that an event stream may begin with
  bool failed_ : 1 = false;
  bool is_list_ : 1 = false;
  bool has_count_ : 1 = false;
  bool has_lesser_count_ : 1 = false;  // what counts_ holds is of that kind
  std::uint32_t chunks_ = 0;
  SseScanner events_;
  BoundedString<max_event_text> model_;
  BoundedString<max_event_name> finish_reason_;
  BoundedString<max_event_word> service_tier_;
  std::uint32_t limit_ = 0;
  HeldText* text_ = nullptr;  // null: it is not kept
  CountSlots counts_;
  JsonScanner json_;
};

}  // namespace llmgw::proxy
