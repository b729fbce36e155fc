// SPDX-License-Identifier: MIT
// PURE: the head of a request that an end point answers itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/case_blind.hpp"

namespace llmgw::http {

/// One field line of a request; the value is without surrounding white space.
struct EndpointField {
  std::string name;
  std::string value;
};

/// Holds its own bytes, so it is good as long as the exchange.
struct EndpointHead {
  std::string method;
  std::string target;  ///< origin form (`/path?query`) or `*`; of an absolute form, what follows
                       ///< the authority
  std::vector<EndpointField> fields;
  std::uint8_t minor_version = 1;
  bool keep_alive = true;  ///< persistence by version and Connection (RFC 9112 section 9.3)
  bool expects_continue = false;
  bool is_chunked = false;
  std::optional<std::uint64_t> content_length;

  std::string_view path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
  }
  /// How many fields have this name, in any case.
  std::size_t count(std::string_view name) const noexcept {
    std::size_t found = 0;
    for (const EndpointField& each : fields) found += equals_ignoring_case(each.name, name) ? 1 : 0;
    return found;
  }
  /// Value of the first field of this name; empty if there is none.
  std::string_view value(std::string_view name) const noexcept {
    for (const EndpointField& each : fields)
      if (equals_ignoring_case(each.name, name)) return each.value;
    return {};
  }

  // What is accepted of a head at most; beyond it the answer is 431.
  static constexpr std::size_t most_bytes = 64 * 1024;
  static constexpr std::size_t most_fields = 256;
  static constexpr std::size_t most_target = 16 * 1024;
};

}  // namespace llmgw::http
