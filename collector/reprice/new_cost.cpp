// SPDX-License-Identifier: MIT
// The prices' own function, and members of JSON.
#include "collector/reprice/new_cost.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "collector/store/event_row.hpp"
#include "common/json/items.hpp"
#include "pricing/cost.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<std::string_view, 3> members_of_cost{"cost_nano_usd", "cost_assumed",
                                                          "price_id"};

}  // namespace

NewCost new_cost_of(const pricing::Prices& prices, const BilledEvent& event) noexcept {
  using Milliseconds = std::chrono::milliseconds;
  const std::chrono::sys_time<Milliseconds> time{Milliseconds(event.time)};
  const pricing::Spent spent{
      .tenant = event.tenant,
      .provider = {event.target.substr(0, event.target.find('/')), event.provider},
      .model = event.model,
      .request_model = event.request_model,
      .tokens = event.tokens,
      .service_tier = event.service_tier,
      .day = std::chrono::floor<std::chrono::days>(time)};
  const pricing::Cost cost = pricing::cost_of(prices, spent);
  if (!cost.nano_usd || *cost.nano_usd > most_count) return {};
  return {cost.nano_usd, cost.is_assumed};
}

std::string rest_with_cost(std::string_view rest, bool is_assumed) {
  const std::string object = "{" + std::string(rest) + "}";
  std::string text;
  json_items::JsonMembers members(object);
  for (JsonMember each; members.next(each);) {
    const bool is_of_cost =
        std::any_of(members_of_cost.begin(), members_of_cost.end(),
                    [&each](std::string_view name) { return json_items::is_text(each.key, name); });
    if (is_of_cost) continue;
    text.append("\"").append(each.key).append("\":").append(each.value).append(",");
  }
  return text + (is_assumed ? R"("cost_assumed":true)" : R"("cost_assumed":false)");
}

std::string RestMembers::text(std::string_view name, std::string_view column) const {
  const std::string_view value = json_items::member_of(object_, name);
  const auto inside = json_items::inside_of(value);
  return inside ? json_items::decoded(*inside) : std::string(column);
}

std::optional<std::uint64_t> RestMembers::count(std::string_view name,
                                                std::optional<std::uint64_t> column) const {
  const std::string_view value = json_items::member_of(object_, name);
  std::uint64_t count = 0;
  const char* const end = value.data() + value.size();
  if (value.empty()) return column;
  const auto [read, fault] = std::from_chars(value.data(), end, count);
  return fault == std::errc() && read == end ? std::optional(count) : column;
}

}  // namespace llmgw::collector
