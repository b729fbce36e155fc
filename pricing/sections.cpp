// SPDX-License-Identifier: MIT
// What the sections about money are taken together.
#include "pricing/sections.hpp"

#include "pricing/rows.hpp"

namespace llmgw::pricing {
namespace {

bool is_provider(std::string_view text) { return text == "*" || name_form.fits(text); }

}  // namespace

constinit const TextForm provider_form{"the name of a provider, its type, or `*`",
                                       "^([*]|[A-Za-z0-9._-]{1,64})$", is_provider};

PricesPointer finish_prices(ConfigReader& reader, PriceSettings settings) {
  if (settings.prices.empty()) {
    if (!settings.discounts.empty())
      reader.fault(settings.discounts.front().place,
                   "`discounts` are for `prices`, of which there are none");
    return nullptr;
  }
  auto prices = std::make_shared<const Prices>(std::move(settings));
  const ConfigReader::Step step(reader, "prices");
  reader.show(prices->all().front().place, std::to_string(prices->all().size()) +
                                               " entries, price_id " + std::string(prices->id()));
  return prices;
}

}  // namespace llmgw::pricing
