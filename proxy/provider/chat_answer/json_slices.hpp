// SPDX-License-Identifier: MIT
// PURE: parts of a JSON text that is there as a whole, as slices of it; nothing is decoded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/json/reader.hpp"

namespace llmgw::proxy::chat_answer {

using SliceReader = JsonReader<JsonForm::any>;

/// Whether `text` is one JSON object. The values of its members `names`, as they are written, then
/// are in `values`, which has as many; empty: not there, or null. The last of a name counts.
bool read_members(std::string_view text, std::span<const std::string_view> names,
                  std::span<std::string_view> values) noexcept;

/// The same as a value; nothing: no object.
template <std::size_t count>
std::optional<std::array<std::string_view, count>> members_of(
    std::string_view text, const std::array<std::string_view, count>& names) noexcept {
  std::array<std::string_view, count> values{};
  if (!read_members(text, names, values)) return std::nullopt;
  return values;
}

/// Whether a value is an object without members.
bool is_empty_object(std::string_view value) noexcept;

/// Walks over the elements of an array.
class JsonElements {
 public:
  explicit JsonElements(std::string_view text) noexcept;

  /// The next element, as it is written; nothing: that was all, or the text is not JSON.
  std::optional<std::string_view> next() noexcept;
  /// Behind the last element: whether the text is an array.
  bool is_array() const noexcept { return is_ended_; }

 private:
  bool end_at(const char* bracket) noexcept;

  SliceReader reader_;
  const char* at_;  // null: no array
  bool is_ended_ = false;
};

/// What stands between the quotes of a text, escapes as they are; empty: `value` is none.
std::string_view text_of(std::string_view value) noexcept;

/// A number that is a count; nothing: `value` is none.
std::optional<std::uint64_t> count_of(std::string_view value) noexcept;

/// The text that `raw`, the inside of a JSON string, stands for; its first `most` bytes.
std::string unescaped(std::string_view raw, std::size_t most);

}  // namespace llmgw::proxy::chat_answer
