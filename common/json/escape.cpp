// SPDX-License-Identifier: MIT
// Escaping a block at a time while nothing needs it, which is nearly always.
#include "common/json/escape.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "common/json/string_bytes.hpp"

namespace llmgw {
namespace {

using string_bytes::is_continuation;
using string_bytes::load;
using string_bytes::plain_run;
using string_bytes::run_size;
using string_bytes::utf8_length;

// Whether none of eight bytes is a control, a quote, a backslash or outside ASCII.
constexpr bool is_plain(std::uint64_t word) { return string_bytes::specials(word) == 0; }

constexpr bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

char* write(std::string_view bytes, char* out) {
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

char* write_control(unsigned char c, char* out) {
  switch (c) {
    case '"': return write("\\\"", out);
    case '\\': return write("\\\\", out);
    case '\n': return write("\\n", out);
    case '\r': return write("\\r", out);
    case '\t': return write("\\t", out);
    default: break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out = write("\\u00", out);
  *out++ = digits[c >> 4];
  *out++ = digits[c & 15];
  return out;
}

// Copies a prefix that needs no escaping and returns its size. A rest shorter than a block is
// checked and copied as part of a block that overlaps what is already done.
std::size_t copy_plain(std::string_view text, char* out) {
  using std::uint32_t, std::uint64_t;
  const char* in = text.data();
  const std::size_t size = text.size();
  if (size >= run_size) {
    for (std::size_t done = 0;; done = std::min(done + run_size, size - run_size)) {
      std::memcpy(out + done, in + done, run_size);  // there is room for more than the text
      const std::size_t plain = plain_run(in + done);
      if (plain < run_size) return done + plain;
      if (done + run_size == size) return size;
    }
  }
  if (size >= 8) {
    const auto first = load<uint64_t>(in);
    const auto last = load<uint64_t>(in + size - 8);
    if (!is_plain(first) || !is_plain(last)) return 0;
    std::memcpy(out, &first, 8);
    std::memcpy(out + size - 8, &last, 8);
    return size;
  }
  if (size < 4) return 0;
  const auto first = load<uint32_t>(in);
  const auto last = load<uint32_t>(in + size - 4);
  if (!is_plain(uint64_t{first} | uint64_t{last} << 32)) return 0;
  std::memcpy(out, &first, 4);
  std::memcpy(out + size - 4, &last, 4);
  return size;
}

// Writes the one character at the front of the text and takes it off.
char* write_special(std::string_view& text, char* out) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    text.remove_prefix(1);
    return write_control(lead, out);
  }
  const std::size_t length = utf8_length(text);
  out = length == 0 ? write("\xef\xbf\xbd", out) : write(text.substr(0, length), out);
  text.remove_prefix(length == 0 ? 1 : length);
  return out;
}

}  // namespace

char* write_json_escaped(std::string_view text, char* out) noexcept {
  while (!text.empty()) {
    const std::size_t plain = copy_plain(text, out);
    out += plain;
    text.remove_prefix(plain);
    // What is left begins near the next character to escape, or is a short rest.
    for (std::size_t i = 0; i < sizeof(std::uint64_t) && !text.empty(); ++i) {
      if (is_plain(static_cast<unsigned char>(text.front()))) {
        *out++ = text.front();
        text.remove_prefix(1);
      } else {
        out = write_special(text, out);
      }
    }
  }
  return out;
}

void append_json_string(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + text.size() * max_escape_growth + 2);
  char* end = out.data() + start;
  *end++ = '"';
  end = write_json_escaped(text, end);
  *end++ = '"';
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::string_view bounded(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  std::size_t cut = limit;
  while (cut > 0 && limit - cut < 3 && is_continuation(text[cut])) --cut;
  // Four continuation bytes in a row are no character: cut anywhere.
  return text.substr(0, is_continuation(text[cut]) ? limit : cut);
}

}  // namespace llmgw
