// SPDX-License-Identifier: MIT
// PURE: what the entries say, as text of one form.
#include "pricing/price_text.hpp"

#include <algorithm>

namespace llmgw::pricing {
namespace {

void append(std::string& line, std::string_view name, std::string_view value) {
  line.append(" ").append(name).append("=").append(value);
}

void append(std::string& line, const Days& days) {
  if (days.from) append(line, "from", format_day(*days.from));
  if (days.to) append(line, "to", format_day(*days.to));
}

void append(std::string& line, const Rates& rates) {
  for (std::size_t i = 0; i < rates.size(); ++i)
    if (rates[i]) append(line, token_kind_words[i], format_decimal(*rates[i]));
}

void append(std::string& line, const RateSet& set) {
  append(line, set.rates);
  if (!set.above) return;
  append(line, "above", std::to_string(set.above->tokens));
  append(line, set.above->rates);
}

}  // namespace

// No name in it has a blank or a line break.
std::string to_string(const Price& price) {
  std::string line = "provider=" + price.provider;
  append(line, "model", price.model);
  append(line, price.days);
  append(line, price.base);
  std::vector<const Tier*> tiers;
  for (const Tier& each : price.tiers) tiers.push_back(&each);
  std::sort(tiers.begin(), tiers.end(),
            [](const Tier* a, const Tier* b) { return a->name < b->name; });
  for (const Tier* each : tiers) {
    append(line, "tier", each->name);
    if (each->factor) {
      append(line, "factor", format_decimal(*each->factor));
    } else {
      append(line, each->own);
    }
  }
  return line;
}

std::string to_string(const Discount& discount) {
  std::string line = "tenant=" + discount.tenant;
  append(line, "provider", discount.provider);
  append(line, discount.days);
  append(line, "factor", format_decimal(discount.factor));
  return line;
}

std::string canonical_text(const PriceSettings& settings) {
  std::vector<std::string> lines;
  for (const Price& each : settings.prices) lines.push_back("price " + to_string(each));
  for (const Discount& each : settings.discounts) lines.push_back("discount " + to_string(each));
  std::sort(lines.begin(), lines.end());
  std::string text = "USD\n";
  for (const std::string& each : lines) text.append(each).append("\n");
  return text;
}

}  // namespace llmgw::pricing
