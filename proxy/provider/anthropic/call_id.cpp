// SPDX-License-Identifier: MIT
// What is too long keeps its beginning and is told apart by a hash.
#include "proxy/provider/anthropic/call_id.hpp"

#include <algorithm>
#include <cstdint>

namespace llmgw::proxy::anthropic {
namespace {

constexpr std::size_t longest = 64;
constexpr std::size_t kept = 40;

// FNV-1a: ids only have to differ from those beside them, which their sender has chosen.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3;
  return hash;
}

void append_hex(std::uint64_t number, std::string& out) {
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[(number >> shift) & 15];
}

bool is_taken(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::string call_id_of(std::string_view id) {
  const std::string_view own = id.substr(0, id.find("__thought__"));
  std::string made(own.empty() ? "_" : own);
  std::replace_if(
      made.begin(), made.end(), [](char c) { return !is_taken(c); }, '_');
  if (made.size() <= longest) return made;
  made.resize(kept);
  made += '_';
  append_hex(hash_of(own), made);
  return made;
}

}  // namespace llmgw::proxy::anthropic
