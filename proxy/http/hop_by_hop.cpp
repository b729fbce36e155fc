// SPDX-License-Identifier: MIT
// PURE: hop-by-hop fields.
#include "proxy/http/hop_by_hop.hpp"

#include <charconv>

namespace llmgw::http {

bool is_hop_by_hop(const Field& field, const Head& head) noexcept {
  switch (field.id) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_authorization:  // a credential meant for a proxy: it never goes further
    case FieldId::proxy_connection:
    case FieldId::te:
    case FieldId::transfer_encoding:
    case FieldId::upgrade: return true;
    case FieldId::content_length:
    case FieldId::host:
      return false;  // naming these in Connection would unframe or misroute the message
    default: return head.connection_names(field.name);
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// From the number, as leading zeros are octal to some (RFC 9110 section 8.6 allows them).
void append_length(std::string& out, std::string_view name, std::uint64_t length) {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, length).ptr;
  append_field(out, name, {digits, end});
}

}  // namespace llmgw::http
