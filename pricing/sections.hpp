// SPDX-License-Identifier: MIT
// PURE: the sections of the configuration file about money, for the settings of either daemon.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/settings/config_reader.hpp"
#include "pricing/prices.hpp"

namespace llmgw::pricing {

/// What their forms are and how they are read; the sections below say of whom.
extern const Form prices_form;
extern const Form discounts_form;
void read_prices(ConfigReader& reader, const ConfigValue& value, PriceSettings& into);
void read_discounts(ConfigReader& reader, const ConfigValue& value, PriceSettings& into);

inline constexpr std::array<std::string_view, 1> currency_words{"USD"};
inline constexpr std::array<std::string_view, 2> unpriced_action_words{"refuse", "free"};

/// `member`: of the daemon's settings, the PriceSettings. They are read in any order.
template <class Config, PriceSettings Config::*member>
constexpr std::array<Member<Config>, 4> sections() {
  return {{
      {{.name = "currency",
        .value = "USD",
        .meaning = "that prices are in",
        .form = {.shape = Form::Shape::word, .words = currency_words}},
       [](ConfigReader&, const ConfigValue&, Config&) {}},
      {{.name = "prices",
        .value = "",
        .meaning = "what models cost, in USD for a million tokens: decimals of at most 6 digits "
                   "behind the point. Of the entries that fit a model on the day the one with the "
                   "longest `model` counts, then the one that has the provider's name, then its "
                   "type; two of which neither goes first are a fault",
        .form = prices_form,
        .shown = "events have no cost"},
       [](ConfigReader& reader, const ConfigValue& value, Config& into) {
         read_prices(reader, value, into.*member);
       }},
      {{.name = "discounts",
        .value = "",
        .meaning = "what costs are multiplied by: of the entries that fit the one with the longest "
                   "`tenant`, then by its provider as above",
        .form = discounts_form,
        .shown = "none"},
       [](ConfigReader& reader, const ConfigValue& value, Config& into) {
         read_discounts(reader, value, into.*member);
       }},
      {{.name = "unpriced",
        .value = "refuse",
        .meaning = "what limits in USD do with a request whose model has no price: `refuse` it, or "
                   "take it as `free`",
        .form = {.shape = Form::Shape::word, .words = unpriced_action_words}},
       [](ConfigReader&, const ConfigValue& value, Config& into) {
         (into.*member).is_unpriced_free = value.text == unpriced_action_words.back();
       },
       [](const Config& from) {
         return std::string(unpriced_action_words[(from.*member).is_unpriced_free ? 1 : 0]);
       }},
  }};
}

/// Behind all sections: the table made of what they said; null where they name no price. Notes what
/// is wrong with them taken together.
PricesPointer finish_prices(ConfigReader& reader, PriceSettings settings);

}  // namespace llmgw::pricing
