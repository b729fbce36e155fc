// SPDX-License-Identifier: MIT
// Lists by commas, of which elements may be empty (RFC 9110 section 5.6.1).
#include "common/coding/content_coding.hpp"

#include <algorithm>
#include <utility>

#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"

namespace llmgw {
namespace {

std::string_view take_token(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view token = list.substr(0, comma);
  list.remove_prefix(std::min(comma + 1, list.size()));
  return trim(token);
}

}  // namespace

std::optional<ContentCoding> content_coding(std::string_view name) noexcept {
  constexpr std::pair<std::string_view, ContentCoding> known[] = {
      {"gzip", ContentCoding::gzip},       {"x-gzip", ContentCoding::gzip},
      {"deflate", ContentCoding::deflate}, {"br", ContentCoding::br},
      {"zstd", ContentCoding::zstd},       {"identity", ContentCoding::identity},
  };
  for (const auto& [its_name, coding] : known)
    if (equals_ignoring_case(name, its_name)) return coding;
  return std::nullopt;
}

std::optional<CodingList> parse_codings(std::string_view content_encoding) noexcept {
  CodingList list;
  while (!content_encoding.empty()) {
    const std::string_view token = take_token(content_encoding);
    if (token.empty()) continue;
    const auto coding = content_coding(token);
    if (coding == ContentCoding::identity) continue;
    if (!coding || list.size == CodingList::most) return std::nullopt;
    list.codings[list.size++] = *coding;
  }
  return list;
}

}  // namespace llmgw
