// SPDX-License-Identifier: MIT
// Paths and queries.
#include "proxy/provider/target.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

bool is_parameter(std::string_view text, std::string_view name) noexcept {
  return text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=';
}

// Takes one parameter off the front of `rest`, and the ampersand behind it; `has_more`: there was
// one.
std::string_view take_parameter(std::string_view& rest, bool& has_more) noexcept {
  const std::size_t end = rest.find('&');
  has_more = end != rest.npos;
  const std::string_view parameter = rest.substr(0, end);
  rest.remove_prefix(has_more ? end + 1 : rest.size());
  return parameter;
}

// The unreserved characters of RFC 3986 section 2.3.
bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// Whether it is nothing but dots, or may be once it was split or decoded.
bool may_lead_up(std::string_view text) noexcept {
  return text.find_first_not_of('.') == text.npos || text.find_first_of("/\\%;") != text.npos;
}

}  // namespace

TargetParts parts_of(std::string_view target) noexcept {
  const std::size_t size = std::min(target.find('?'), target.size());
  return {target.substr(0, size), target.substr(size)};
}

bool has_parameter(std::string_view query, std::string_view name) noexcept {
  if (query.empty()) return false;
  query.remove_prefix(1);
  for (bool has_more = true; has_more;) {
    if (is_parameter(take_parameter(query, has_more), name)) return true;
  }
  return false;
}

void append_without_parameter(std::string& out, std::string_view query, std::string_view name) {
  if (query.empty()) return;
  query.remove_prefix(1);
  char before = '?';
  for (bool has_more = true; has_more;) {
    const std::string_view parameter = take_parameter(query, has_more);
    if (is_parameter(parameter, name)) continue;
    out.append(1, before).append(parameter);
    before = '&';
  }
}

void append_segment(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  const char dot = may_lead_up(text) ? '-' : '.';
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c == '.' ? dot : c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', hex[byte >> 4U], hex[byte & 15U]});
  }
}

void append_with_model(std::string& out, std::string_view target, std::string_view named,
                       std::string_view model) {
  if (named.empty() || model.empty()) {
    out.append(target);
    return;
  }
  const auto before = static_cast<std::size_t>(named.data() - target.data());
  out.append(target.substr(0, before));
  append_segment(out, model);
  out.append(target.substr(before + named.size()));
}

}  // namespace llmgw::proxy
