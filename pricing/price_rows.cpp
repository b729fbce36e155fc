// SPDX-License-Identifier: MIT
// `prices`: what models cost.
#include <algorithm>

#include "common/text/quantity.hpp"
#include "pricing/price_text.hpp"
#include "pricing/rows.hpp"
#include "pricing/sections.hpp"

namespace llmgw::pricing {
namespace {

constexpr std::size_t most_prices = 20'000;
constexpr std::uint64_t most_tokens = 1'000'000'000;  // of a prompt

template <class Item, auto rates_of, TokenKind kind>
constexpr Member<Item> rate_row(std::string_view meaning, std::string_view shown) {
  return {{.name = token_kind_words[static_cast<std::size_t>(kind)],
           .value = "",
           .meaning = meaning,
           .form = decimal,
           .is_required = kind == TokenKind::input,
           .shown = shown},
          [](ConfigReader&, const ConfigValue& value, Item& into) {
            rates_of(into)[static_cast<std::size_t>(kind)] = decimal_of(value);
          }};
}

constexpr std::string_view unknown_cost = "none: then the cost is not known";

/// The rows of all kinds of tokens. `rates_of`: called with an item, yields a reference to its
/// rates.
template <class Item, auto rates_of>
constexpr std::array<Member<Item>, token_kind_count> rate_rows() {
  return {rate_row<Item, rates_of, TokenKind::input>("of the prompt, cached tokens apart", ""),
          rate_row<Item, rates_of, TokenKind::cached_input>(
              "of tokens that came from the provider's cache", "as `input`, and the event says so"),
          rate_row<Item, rates_of, TokenKind::cache_write_5m>(
              "of tokens that were written into its cache, to stay for minutes", unknown_cost),
          rate_row<Item, rates_of, TokenKind::cache_write_1h>("of those that stay for an hour",
                                                              unknown_cost),
          rate_row<Item, rates_of, TokenKind::output>("of the answer, reasoning with it",
                                                      unknown_cost)};
}

template <class Item, std::size_t one, std::size_t other>
constexpr std::array<Member<Item>, one + other> joined(
    const std::array<Member<Item>, one>& front, const std::array<Member<Item>, other>& back) {
  std::array<Member<Item>, one + other> all{};
  std::copy(front.begin(), front.end(), all.begin());
  std::copy(back.begin(), back.end(), all.begin() + one);
  return all;
}

constexpr auto rates_of_above = [](Above& above) -> Rates& { return above.rates; };
constexpr auto rates_of_set = [](RateSet& set) -> Rates& { return set.rates; };
constexpr auto rates_of_price = [](Price& price) -> Rates& { return price.base.rates; };

constexpr auto above_rows =
    joined(std::array<Member<Above>, 1>{{
               {{.name = "tokens",
                 .value = "",
                 .meaning = "the longest prompt for which they do not hold",
                 .form = {.shape = Form::Shape::number, .least = 1, .most = most_tokens},
                 .is_required = true},
                [](ConfigReader&, const ConfigValue& value, Above& into) {
                  into.tokens = parse_integer(value.text).value_or(0);
                }},
           }},
           rate_rows<Above, rates_of_above>());

/// `set_of`: called with an item, yields a reference to its prices.
template <class Item, auto set_of>
constexpr std::array<Member<Item>, 1> above_row() {
  return {{
      {{.name = "above",
        .value = "",
        .meaning = "the prices of requests whose whole prompt is longer than some tokens",
        .form = {.shape = Form::Shape::object,
                 .members = [] { return facts_of(std::span<const Member<Above>>(above_rows)); }},
        .shown = "the same"},
       [](ConfigReader& reader, const ConfigValue& value, Item& into) {
         reader.object(value, std::span<const Member<Above>>(above_rows),
                       set_of(into).above.emplace());
       }},
  }};
}

constexpr auto set_of_set = [](RateSet& set) -> RateSet& { return set; };
constexpr auto set_of_price = [](Price& price) -> RateSet& { return price.base; };

constexpr auto tier_rows =
    joined(rate_rows<RateSet, rates_of_set>(), above_row<RateSet, set_of_set>());

constexpr Form own_prices_form{.shape = Form::Shape::object, .members = [] {
                                 return facts_of(std::span<const Member<RateSet>>(tier_rows));
                               }};
constexpr Form tier_form{.shape = Form::Shape::decimal_or_object,
                         .least = 0,
                         .most = most_millionths,
                         .each = &own_prices_form};

void read_tiers(ConfigReader& reader, const ConfigValue& value, Price& into) {
  for (const ConfigMember& each : value.members) {
    const ConfigReader::Step step(reader, each.name);
    Tier& tier = into.tiers.emplace_back(Tier{.name = each.name});
    if (each.value.kind == ConfigValue::Kind::text) {
      tier.factor = decimal_of(each.value);
    } else {
      reader.object(each.value, std::span<const Member<RateSet>>(tier_rows), tier.own);
    }
  }
}

constexpr std::array<Member<Price>, 4> name_rows{{
    provider_row<Price>(),
    {{.name = "model",
      .value = "",
      .meaning = "the model as the upstream names it in its answer, else as the client did; a "
                 "prefix with `*` at its end, or exact",
      .form = {.shape = Form::Shape::text, .text = &pattern_form},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Price& into) { into.model = value.text; }},
    from_row<Price>(),
    to_row<Price>(),
}};

constexpr std::array<Member<Price>, 1> tiers_row{{
    {{.name = "tiers",
      .value = "",
      .meaning = "what other tiers of service cost, by the name that the upstream gives them: a "
                 "factor for all prices of the entry, or prices of their own; `default`, "
                 "`standard` and `on_demand` are the entry's own",
      .form = {.shape = Form::Shape::names,
               .text = &name_form,
               .least = 1,
               .most = 32,
               .each = &tier_form},
      .shown = unknown_cost},
     read_tiers},
}};

constexpr auto rows = joined(joined(name_rows, rate_rows<Price, rates_of_price>()),
                             joined(tiers_row, above_row<Price, set_of_price>()));

constexpr Form price_form{.shape = Form::Shape::object,
                          .members = [] { return facts_of(std::span<const Member<Price>>(rows)); }};

}  // namespace

constinit const Form prices_form{
    .shape = Form::Shape::list, .least = 1, .most = most_prices, .each = &price_form};

void read_prices(ConfigReader& reader, const ConfigValue& value, PriceSettings& into) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Price price{.place = value.items[i].place};
    reader.object(value.items[i], std::span<const Member<Price>>(rows), price);
    reader.show(price.place, to_string(price));
    into.prices.push_back(std::move(price));
  }
  refuse_equals(reader, into.prices);
}

}  // namespace llmgw::pricing
