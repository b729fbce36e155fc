// SPDX-License-Identifier: MIT
// PURE: the rows that entries of `prices` and `discounts` have alike.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/settings/config_reader.hpp"
#include "pricing/price.hpp"

namespace llmgw::pricing {

/// The name of a provider, or `*`.
extern const TextForm provider_form;

inline constexpr Form decimal{.shape = Form::Shape::decimal, .least = 0, .most = most_millionths};

/// Of a value that has the form of a decimal.
inline Millionths decimal_of(const ConfigValue& value) {
  return parse_decimal(value.text, decimal_places).value_or(0);
}

template <class Item>
constexpr Member<Item> provider_row() {
  return {{.name = "provider",
           .value = "*",
           .meaning = "the name of a provider, or its type; `*`: any",
           .form = {.shape = Form::Shape::text, .text = &provider_form}},
          [](ConfigReader&, const ConfigValue& value, Item& into) { into.provider = value.text; }};
}

template <class Item>
constexpr Member<Item> from_row() {
  return {{.name = "from",
           .value = "",
           .meaning = "the first day on which it holds, in UTC, as exchanges end",
           .form = {.shape = Form::Shape::text, .text = &day_form},
           .shown = "always did"},
          [](ConfigReader&, const ConfigValue& value, Item& into) {
            into.days.from = parse_day(value.text);
          }};
}

template <class Item>
constexpr Member<Item> to_row() {
  return {{.name = "to",
           .value = "",
           .meaning = "the first day on which it does not hold any more",
           .form = {.shape = Form::Shape::text, .text = &day_form},
           .shown = "holds on"},
          [](ConfigReader& reader, const ConfigValue& value, Item& into) {
            into.days.to = parse_day(value.text);
            const auto& [from, to] = into.days;
            if (from && to && *to <= *from)
              reader.fault(value.place, value.text, "not behind `from`, " + format_day(*from));
          }};
}

/// Notes each entry that matches as another one does whose days it shares.
template <class Item>
void refuse_equals(ConfigReader& reader, const std::vector<Item>& all) {
  std::vector<const Item*> order;
  for (const Item& each : all) order.push_back(&each);
  std::stable_sort(order.begin(), order.end(), [](const Item* a, const Item* b) {
    const auto one = key_of(*a);
    const auto other = key_of(*b);
    return one != other ? one < other : a->days.from < b->days.from;
  });
  const Item* longest = nullptr;  // of those with this key the one that ends last
  for (const Item* each : order) {
    const bool is_next = longest != nullptr && key_of(*longest) == key_of(*each);
    if (is_next && longest->days.overlap(each->days)) {
      const ConfigReader::Step step(reader, static_cast<std::size_t>(each - all.data()));
      reader.fault(each->place, "matches as the entry at " + reader.where(longest->place) +
                                    " does, on the same days: neither goes first");
    }
    const bool ends_before =
        is_next && (!longest->days.to || (each->days.to && *each->days.to <= *longest->days.to));
    if (!ends_before) longest = each;
  }
}

}  // namespace llmgw::pricing
