// SPDX-License-Identifier: MIT
// The rules of routing.
#include "proxy/route/table.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

constexpr std::size_t longest_name = 64;

bool is_of_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

bool is_upstream_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), is_of_name);
}

RouteTable::RouteTable(std::vector<std::string> names, std::size_t fallback,
                       bool is_chosen_by_header)
    : names_(std::move(names)), fallback_(fallback), is_chosen_by_header_(is_chosen_by_header) {}

std::optional<Route> RouteTable::find(const http::Head& head) const noexcept {
  return is_chosen_by_header_ ? find_chosen(head) : Route(fallback_);
}

std::optional<std::size_t> RouteTable::number_of(std::string_view name) const noexcept {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

std::optional<Route> RouteTable::find_chosen(const http::Head& head) const noexcept {
  const http::Field* choice = nullptr;
  for (const http::Field& each : head.fields) {
    if (each.id != http::FieldId::x_llm_provider) continue;
    if (choice != nullptr) return std::nullopt;
    choice = &each;
  }
  if (choice == nullptr) return Route(fallback_);
  const auto number = number_of(choice->value);
  if (!number) return std::nullopt;
  return Route(*number);
}

}  // namespace llmgw::proxy
