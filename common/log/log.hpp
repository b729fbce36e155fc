// SPDX-License-Identifier: MIT
// Log lines on stderr: a message and its fields, as JSON or as text for people.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace llmgw::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { json, text };

/// One field of a line. Views its key and text: build it in the call that logs it.
class Field {
 public:
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  Field(std::string_view key, const char* value) : Field(key, std::string_view(value)) {}
  Field(std::string_view key, const std::string& value) : Field(key, std::string_view(value)) {}
  Field(std::string_view key, bool value) : key_(key), value_(value) {}
  Field(std::string_view key, std::floating_point auto value)
      : key_(key), value_(static_cast<double>(value)) {}
  Field(std::string_view key, std::signed_integral auto value)
      : key_(key), value_(static_cast<std::int64_t>(value)) {}
  Field(std::string_view key, std::unsigned_integral auto value)
      : key_(key), value_(static_cast<std::uint64_t>(value)) {}

  std::string_view key() const noexcept { return key_; }
  const Value& value() const noexcept { return value_; }

 private:
  std::string_view key_;
  Value value_;
};

using Fields = std::initializer_list<Field>;

/// Sets what is written and how; before any thread starts. Until then: info and above, as JSON.
void configure(Level level, Format format);

/// Whether a line of this level would be written, for fields that are dear to gather.
bool is_enabled(Level level) noexcept;

/// Writes one line, whole, from any thread. The call blocks while stderr does: nothing is queued,
/// so nothing can pile up. A stderr that is gone loses the line and no more.
void write(Level level, std::string_view message, Fields fields = {}) noexcept;

/// The same, but where stderr would make the caller wait nothing is written, and false returned.
/// For threads that others wait for; a line of over 4 KiB could still wait.
bool write_at_once(Level level, std::string_view message, Fields fields) noexcept;

inline void debug(std::string_view message, Fields fields = {}) noexcept {
  if (is_enabled(Level::debug)) write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) noexcept {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) noexcept {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) noexcept {
  write(Level::error, message, fields);
}

}  // namespace llmgw::log
