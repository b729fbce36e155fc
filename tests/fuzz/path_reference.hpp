// SPDX-License-Identifier: MIT
// Dot segments, found the slow and plain way: decode until nothing changes, split, compare.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace llmgw::fuzz {

inline std::string decoded_once(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is_hex = [&](std::size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    if (text[i] == '%' && is_hex(i + 1) && is_hex(i + 2)) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline bool has_dot_segment_by_reference(std::string_view path) {
  std::string plain(path);
  for (std::string next = decoded_once(plain); next != plain; next = decoded_once(plain))
    plain = next;
  plain += '/';
  std::string segment;
  for (const char c : plain) {
    if (c != '/' && c != '\\') {
      segment += c;
      continue;
    }
    if (segment == "." || segment == ".." || segment.starts_with("..;")) return true;
    segment.clear();
  }
  return false;
}

}  // namespace llmgw::fuzz
