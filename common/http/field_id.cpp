// SPDX-License-Identifier: MIT
// PURE: the names behind FieldId.
#include <algorithm>

#include "common/http/head.hpp"

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

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

FieldId field_id(std::string_view name) noexcept {
  if (name.size() > longest) return FieldId::other;
  for (std::size_t i = first_of_length[name.size()]; i < first_of_length[name.size() + 1]; ++i) {
    if (lower(name.front()) == known[i].name.front() && equals_ignoring_case(name, known[i].name)) {
      return known[i].id;
    }
  }
  return FieldId::other;
}

}  // namespace llmgw::http
