// SPDX-License-Identifier: MIT
// Only what comes before the data is decoded; the data are looked at and copied.
#include "proxy/provider/chat/data_url.hpp"

#include <algorithm>
#include <array>

#include "common/text/case_blind.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::chat {
namespace {

constexpr std::size_t longest_head = 256;  // of a data URL, to its comma

constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr auto is_of_base64 = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = 0; c < 128; ++c)
    table[c] = is_alphanumeric(static_cast<char>(c)) || c == '+' || c == '/';
  return table;
}();

bool begins_with(std::string_view inside, std::string_view prefix) {
  constexpr std::size_t longest_start = 64;  // enough for any prefix, with all of it escaped
  const std::string start = decoded(inside.substr(0, longest_start));
  return starts_ignoring_case(start, prefix);
}

bool is_media_type(std::string_view type) noexcept {
  return type.find('/') != type.npos && std::all_of(type.begin(), type.end(), [](char c) {
           return is_alphanumeric(c) || c == '/' || c == '+' || c == '-' || c == '.';
         });
}

}  // namespace

std::optional<DataUrl> parse_data_url(std::string_view inside) {
  if (!is_data_url(inside)) return std::nullopt;
  const std::size_t comma = inside.substr(0, longest_head).find(',');
  if (comma == inside.npos) return std::nullopt;
  constexpr std::string_view scheme = "data:", coding = ";base64";
  std::string head = decoded(inside.substr(0, comma));
  std::transform(head.begin(), head.end(), head.begin(), lower_case);
  const std::string_view data = inside.substr(comma + 1);
  if (!std::string_view(head).ends_with(coding) || !is_base64(data)) return std::nullopt;
  std::string type = head.substr(scheme.size(), head.find(';') - scheme.size());
  if (!is_media_type(type)) return std::nullopt;
  return DataUrl{std::move(type), data};
}

bool is_data_url(std::string_view inside) { return begins_with(inside, "data:"); }

bool is_https_url(std::string_view inside) { return begins_with(inside, "https://"); }

bool is_web_url(std::string_view inside) {
  return is_https_url(inside) || begins_with(inside, "http://");
}

bool is_base64(std::string_view inside) noexcept {
  constexpr std::size_t most_padding = 2;
  for (std::size_t i = 0; i < most_padding && inside.ends_with('='); ++i) inside.remove_suffix(1);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (is_of_base64[static_cast<unsigned char>(inside[i])]) continue;
    if (!inside.substr(i).starts_with("\\/")) return false;
    ++i;
  }
  return !inside.empty();
}

bool is_whole_base64(std::string_view inside) noexcept {
  const auto escapes = std::count(inside.begin(), inside.end(), '\\');
  return is_base64(inside) && (inside.size() - static_cast<std::size_t>(escapes)) % 4 == 0;
}

}  // namespace llmgw::proxy::chat
