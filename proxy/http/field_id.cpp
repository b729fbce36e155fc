// SPDX-License-Identifier: MIT
// PURE: the names behind FieldId.
#include <array>
#include <cstdint>
#include <cstring>

#include "proxy/http/head.hpp"

namespace llmgw::http {
namespace {

struct Known {
  std::string_view name;
  FieldId id;
};

constexpr Known known[] = {
    {"te", FieldId::te},
    {"host", FieldId::host},
    {"expect", FieldId::expect},
    {"origin", FieldId::origin},
    {"api-key", FieldId::api_key},
    {"upgrade", FieldId::upgrade},
    {"x-tenant", FieldId::x_tenant},
    {"x-api-key", FieldId::x_api_key},
    {"connection", FieldId::connection},
    {"keep-alive", FieldId::keep_alive},
    {"request-id", FieldId::request_id},
    {"content-type", FieldId::content_type},
    {"x-llm-tenant", FieldId::x_llm_tenant},
    {"x-request-id", FieldId::request_id},
    {"authorization", FieldId::authorization},
    {"content-length", FieldId::content_length},
    {"sec-fetch-site", FieldId::sec_fetch_site},
    {"x-llm-provider", FieldId::x_llm_provider},
    {"x-goog-api-key", FieldId::x_goog_api_key},
    {"content-encoding", FieldId::content_encoding},
    {"proxy-connection", FieldId::proxy_connection},
    {"x-llm-request-id", FieldId::x_llm_request_id},
    {"transfer-encoding", FieldId::transfer_encoding},
    {"proxy-authorization", FieldId::proxy_authorization},
};
constexpr std::size_t longest = std::size(known[std::size(known) - 1].name);

// First entry of each name length; the table is sorted by length.
constexpr auto first_of_length = [] {
  std::array<std::uint8_t, longest + 2> starts{};
  for (std::size_t length = 0; length < starts.size(); ++length) {
    std::uint8_t index = 0;
    while (index < std::size(known) && known[index].name.size() < length) ++index;
    starts[length] = index;
  }
  return starts;
}();

template <class Word>
Word load(const char* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Whether a field name is `wanted`, whatever the case of its letters. Setting bit 5 turns no other
// byte that a field name may have (RFC 9110 section 5.1) into a lower-case letter or a hyphen.
template <class Word>
bool is_same_word(const char* name, const char* wanted) noexcept {
  constexpr Word bit_5 = static_cast<Word>(0x2020'2020'2020'2020);
  return (load<Word>(name) | bit_5) == load<Word>(wanted);
}

// The last word may overlap the one before.
template <class Word>
bool is_same_in_words(std::string_view name, std::string_view wanted) noexcept {
  std::size_t at = 0;
  for (; at + sizeof(Word) < wanted.size(); at += sizeof(Word))
    if (!is_same_word<Word>(name.data() + at, wanted.data() + at)) return false;
  at = wanted.size() - sizeof(Word);
  return is_same_word<Word>(name.data() + at, wanted.data() + at);
}

bool is_same_name(std::string_view name, std::string_view wanted) noexcept {
  if (wanted.size() >= sizeof(std::uint64_t)) return is_same_in_words<std::uint64_t>(name, wanted);
  if (wanted.size() >= sizeof(std::uint32_t)) return is_same_in_words<std::uint32_t>(name, wanted);
  return is_same_in_words<std::uint16_t>(name, wanted);
}
static_assert(known[0].name.size() >= sizeof(std::uint16_t));

}  // namespace

FieldId field_id(std::string_view name) noexcept {
  if (name.size() > longest) return FieldId::other;
  for (std::size_t i = first_of_length[name.size()]; i < first_of_length[name.size() + 1]; ++i) {
    if (is_same_name(name, known[i].name)) return known[i].id;
  }
  return FieldId::other;
}

}  // namespace llmgw::http
