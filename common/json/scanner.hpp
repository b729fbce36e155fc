// SPDX-License-Identifier: MIT
// PURE: finds wanted values in a JSON document that comes in pieces, without holding it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/json/nesting.hpp"
#include "common/json/shape.hpp"
#include "common/json/text_measure.hpp"
#include "common/json/value.hpp"

namespace llmgw {

/// Takes measured texts that are reported without themselves (JsonValue::raw): what stands between
/// their quotes, in parts, before they are reported.
class TextParts {
 public:
  virtual void add_part(std::string_view raw) noexcept = 0;

 protected:
  ~TextParts() = default;
};

/// Follows depth and strings, wherever the document is cut. Takes memory for the wanted values
/// alone: nothing grows with the document or its nesting. It is no validator: of a document that is
/// not JSON it reports what came before the fault, or more; a key given twice is reported twice.
/// Throws nothing but bad_alloc.
class JsonScanner {
 public:
  static constexpr unsigned max_levels = 7;  ///< of the description
  static constexpr std::size_t max_raw_text =
      768;  ///< of a key or value that lies in several pieces

  /// Begins a new document. `root` describes it, and must outlive its scan.
  void begin(const JsonKey& root) noexcept;

  /// Takes bytes off the front of `bytes` up to the end of the next wanted value and returns that,
  /// or takes all of them and returns nothing. An object or array is reported at its start.
  /// `parts`: takes measured texts; null: nobody does.
  std::optional<JsonValue> next(std::string_view& bytes, TextParts* parts = nullptr);

  /// The document was read by other means, whole.
  void finish() noexcept { state_ = State::done; }

  /// The document is over, or is none: what follows is not looked at.
  bool is_done() const noexcept { return state_ == State::done; }

 private:
  enum class State : std::uint8_t {
    value,          // before a value, described by key_
    text,           // in a wanted string
    measured_text,  // in a string whose size is wanted
    literal,        // in a wanted number, true, false or null
    unwanted_text,  // in a string at a level that is followed
    key,            // before a key
    key_text,       // in a key
    colon,          // between key and value
    comma,          // behind a value
    nested,         // in an object or array that holds nothing wanted
    done,
  };

  struct Input {
    const char* at;
    const char* end;
    TextParts* parts;
  };

  // Each takes what belongs to its state, and says whether the state that usually follows has come.
  bool read_comma(Input& in) noexcept;
  void take_members(Input& in, JsonValue& found) noexcept;
  bool begin_key(Input& in) noexcept;
  bool read_key(Input& in);
  bool read_colon(Input& in) noexcept;
  bool begin_value(Input& in, JsonValue& found) noexcept;
  void skip_text(Input& in) noexcept;
  void read_text(Input& in, JsonValue& found);
  void read_measured_text(Input& in, JsonValue& found) noexcept;
  void read_literal(Input& in, JsonValue& found);
  void skip_nested(Input& in) noexcept;

  void enter(bool is_array) noexcept;
  void leave(bool is_array) noexcept;
  void begin_text(State state) noexcept;
  bool reach_quote(Input& in) noexcept;
  std::string_view joined(const char* from, const char* to);
  void keep(const char* from, const char* to);
  bool in_array() const noexcept { return ((arrays_ >> level_) & 1u) != 0; }

  const JsonKey* key_ = nullptr;  // describes the value to come; null: nothing wanted
  std::array<const JsonKey*, max_levels>
      holders_{};        // the objects and arrays that are open and followed
  std::string kept_;     // begin of a key or value whose rest is in the next piece
  TextMeasure measure_;  // of the measured text under way
  JsonNesting nesting_;
  State state_ = State::done;
  std::uint8_t level_ = 0;   // of holders_
  std::uint8_t arrays_ = 0;  // bit n: holder n - 1 is an array
  bool has_escape_ = false;  // in the text under way
  bool is_escaped_ = false;  // the next byte follows a backslash
};

}  // namespace llmgw
