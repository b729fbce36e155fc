// SPDX-License-Identifier: MIT
// PURE: from a request to the upstreams that may answer it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/head.hpp"
#include "proxy/route/route.hpp"

namespace llmgw::proxy {

/// Whether an upstream may be called so: 1 to 64 of [A-Za-z0-9._-].
bool is_upstream_name(std::string_view text) noexcept;

/// A constant of the settings that it was made of.
class RouteTable {
 public:
  /// `names`: of the upstreams, by their numbers. `fallback`: the number of the one for requests
  /// that choose none. `is_chosen_by_header`: X-LLM-Provider chooses.
  RouteTable(std::vector<std::string> names, std::size_t fallback, bool is_chosen_by_header);

  /// Nothing where the request chooses what there is not, or more than one.
  std::optional<Route> find(const http::Head& head) const noexcept;
  /// The number of the upstream of that name.
  std::optional<std::size_t> number_of(std::string_view name) const noexcept;
  bool is_chosen_by_header() const noexcept { return is_chosen_by_header_; }

 private:
  std::optional<Route> find_chosen(const http::Head& head) const noexcept;

  std::vector<std::string> names_;
  std::size_t fallback_;
  bool is_chosen_by_header_;
};

}  // namespace llmgw::proxy
