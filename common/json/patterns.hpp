// SPDX-License-Identifier: MIT
// PURE: the patterns of the documents that a worker has metered lately.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/json/pattern.hpp"
#include "common/json/scanner.hpp"
#include "common/json/shape.hpp"

namespace llmgw {

/// Nearly all answers of an API, and nearly all events of its streams, are one of a few documents
/// with other values. A few comparisons take a quarter of the time that a scan takes, and cannot go
/// wrong. Holds a bounded number of patterns, the ones not met for longest make way. Where few
/// documents are known, it seldom tries. One set for each worker and kind of document: what they
/// share then stays in the caches.
class JsonPatterns {
 public:
  static constexpr std::size_t most = 8;
  static constexpr std::size_t most_bytes = 4096;  ///< of a document; larger ones are not looked at

  /// The pattern of `document`, scanned by `root`, if that is known; good until the next call. Else
  /// null.
  const JsonPattern* match(std::string_view document, const JsonKey& root) noexcept;

  struct Line {
    const JsonPattern* pattern = nullptr;
    std::size_t size = 0;
  };
  /// The same of a document that `text` begins with and that has no line end in it, whatever
  /// follows; and its size.
  Line match_line(std::string_view text, const JsonKey& root) noexcept;

  /// To gather what a scan reports; empty, and good until the next call.
  JsonFinds& finds() noexcept;
  /// A scan by `root`, which outlives this, has taken all of `document` and reported finds().
  /// Learns seldom once it has learned much, or nothing where memory is refused.
  [[gnu::cold]] void learn(std::string_view document, const JsonKey& root) noexcept;

  /// Shows `note` the wanted values of a document of which this is the begin, or all. Returns
  /// whether it was known; if not, `scanner` has begun it and goes on behind this. Throws what
  /// those throw. `parts`: see JsonScanner; not told of a document that is known.
  template <class Note>
  bool read(std::string_view document, const JsonKey& root, JsonScanner& scanner, Note note,
            TextParts* parts = nullptr) {
    if (const JsonPattern* const known = match(document, root)) {
      for (const JsonValue& each : known->values()) note(each);
      return true;
    }
    scan(document, root, scanner, note, parts);
    return false;
  }

  /// The same of a document that is not known; learns it.
  template <class Note>
  void scan(std::string_view document, const JsonKey& root, JsonScanner& scanner, Note note,
            TextParts* parts = nullptr) {
    JsonFinds& found = finds();
    scanner.begin(root);
    for (std::string_view rest = document; const auto value = scanner.next(rest, parts);) {
      note(*value);
      found.add(*value);
    }
    if (scanner.is_done()) learn(document, root);
  }

 private:
  struct Known {
    const JsonKey* root = nullptr;
    std::optional<JsonPattern> pattern;
  };

  template <class IsOf>
  const JsonPattern* find(const JsonKey& root, IsOf is_of) noexcept;

  static constexpr std::uint32_t most_credit = 64;
  static constexpr std::uint32_t documents_a_try = 16;  // without credit
  static constexpr std::uint32_t documents_a_lesson = 64;
  static constexpr std::uint32_t most_lessons = 16;  // that may be had in a row

  std::array<Known, most> known_;  // the ones met last come first
  JsonFinds finds_;
  std::uint32_t credit_ = most_credit;  // two for a document that was known, one lost for another
  std::uint32_t documents_ = 0;         // since the last lesson was earned
  std::uint32_t lessons_ = most_lessons;
};

}  // namespace llmgw
