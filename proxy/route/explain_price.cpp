// SPDX-License-Identifier: MIT
// An entry of the table in a line.
#include "proxy/route/explain_price.hpp"

#include "pricing/price_text.hpp"

namespace llmgw::proxy {

std::string explain_price(const Config& config, const UpstreamSettings& upstream,
                          std::string_view model, std::string_view tenant, pricing::Day day) {
  if (config.prices == nullptr) return {};
  const pricing::ProviderNames provider{upstream.name, upstream.type};
  const pricing::Price* const price = config.prices->find(provider, model, day);
  std::string text = "  price   ";
  if (price == nullptr) return text.append("none: its cost is not known\n");
  text.append(to_string(*price)).append("\n          at ");
  text.append(to_string(price->place, config.file.files)).append("\n");
  const pricing::Millionths discount = config.prices->discount(tenant, provider, day);
  if (discount != pricing::millionths_per_one)
    text.append("  times   ").append(pricing::format_decimal(discount)).append("\n");
  return text;
}

}  // namespace llmgw::proxy
