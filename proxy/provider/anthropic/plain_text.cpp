// SPDX-License-Identifier: MIT
// Base64 (RFC 4648 section 4), a piece at a time so that escaping never needs room for all of it.
#include "proxy/provider/anthropic/plain_text.hpp"

#include <array>
#include <cstdint>

#include "common/json/escape.hpp"

namespace llmgw::proxy::anthropic {
namespace {

constexpr std::size_t piece_size = 16 * 1024;

constexpr auto values = [] {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}();

// Takes bytes off the front until `text` holds `most` of them or base64 ends. What is not of the
// alphabet are backslashes before slashes, and padding.
class Base64 {
 public:
  explicit Base64(std::string_view text) noexcept : rest_(text) {}

  bool take(std::size_t most, std::string& text) {
    while (!rest_.empty() && text.size() < most) {
      const int value = values[static_cast<unsigned char>(rest_.front())];
      rest_.remove_prefix(1);
      if (value < 0) continue;
      bits_ = bits_ << 6 | static_cast<unsigned>(value);
      count_ += 6;
      if (count_ < 8) continue;
      count_ -= 8;
      text += static_cast<char>(bits_ >> count_ & 0xff);
    }
    return !rest_.empty();
  }

 private:
  std::string_view rest_;
  unsigned bits_ = 0;
  unsigned count_ = 0;
};

void append_escaped(std::string_view text, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + text.size() * max_escape_growth);
  const char* const end = write_json_escaped(text, out.data() + begin);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

}  // namespace

bool is_plain_text(std::string_view base64) {
  Base64 reader(base64);
  for (bool is_more = true; is_more;) {
    std::string text;
    is_more = reader.take(piece_size, text);
    if (text.find_first_not_of(" \t\r\n") != text.npos) return true;
  }
  return false;
}

void append_plain_text(std::string_view base64, std::string& out) {
  Base64 reader(base64);
  out += '"';
  std::string text;
  for (bool is_more = true; is_more;) {
    is_more = reader.take(piece_size, text);
    // A character that the piece cuts goes with the next one.
    const std::string_view whole = is_more ? bounded(text, text.size() - 1) : text;
    append_escaped(whole, out);
    text.erase(0, whole.size());
  }
  out += '"';
}

}  // namespace llmgw::proxy::anthropic
