// SPDX-License-Identifier: MIT
// PURE: describes, as constants, where in a JSON document the wanted values sit.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace llmgw {

struct JsonKey;

/// The keys of one object that are wanted, or have something wanted below them.
class JsonShape {
 public:
  consteval explicit JsonShape(std::span<const JsonKey> keys) noexcept;

  constexpr std::span<const JsonKey> keys() const noexcept { return keys_; }

  /// The key of that name, or null.
  const JsonKey* find(std::string_view name) const noexcept;

 private:
  static constexpr std::size_t max_size = 31;  // of a name
  static constexpr std::size_t max_keys = 15;

  std::span<const JsonKey> keys_;
  // Number (from 1) of the first key whose name has that size, and of the next one after each; 0:
  // no more.
  std::array<std::uint8_t, max_size + 1> first_{};
  std::array<std::uint8_t, max_keys + 1> next_{};
};

/// One key and what is wanted of its value. Descriptions are constants, and may share their parts.
struct JsonKey {
  std::string_view name;  ///< up to 31 bytes; empty for a document or the elements of an array
  std::uint8_t tag = 0;   ///< by which the value is reported; 0: it is not
  const JsonShape* object = nullptr;  ///< what is wanted inside, should the value be an object
  const JsonKey* element = nullptr;   ///< what is wanted of each element, should it be an array
  bool measured = false;              ///< of a text its size is wanted, which is then not bounded
};

consteval JsonShape::JsonShape(std::span<const JsonKey> keys) noexcept : keys_(keys) {
  for (std::size_t number = keys.size(); number > 0; --number) {
    std::uint8_t& first = first_[keys[number - 1].name.size()];
    next_[number] = first;
    first = static_cast<std::uint8_t>(number);
  }
}

inline const JsonKey* JsonShape::find(std::string_view name) const noexcept {
  if (name.size() > max_size) return nullptr;
  for (std::size_t number = first_[name.size()]; number != 0; number = next_[number]) {
    const JsonKey& key = keys_[number - 1];
    // Most names that have a size in common differ in their first letter.
    if (key.name.front() == name.front() && key.name == name) return &key;
  }
  return nullptr;
}

/// How many objects and arrays lie around the innermost wanted value.
constexpr unsigned levels(const JsonKey& key) noexcept {
  unsigned below = 0;
  if (key.object != nullptr) {
    for (const JsonKey& each : key.object->keys()) below = std::max(below, 1 + levels(each));
  }
  return key.element == nullptr ? below : std::max(below, 1 + levels(*key.element));
}

}  // namespace llmgw
