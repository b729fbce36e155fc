// SPDX-License-Identifier: MIT
// `discounts`: the contract with the provider, or with a tenant.
#include "pricing/price_text.hpp"
#include "pricing/rows.hpp"
#include "pricing/sections.hpp"

namespace llmgw::pricing {
namespace {

constexpr std::size_t most_discounts = 10'000;

constexpr std::array<Member<Discount>, 5> rows{{
    {{.name = "tenant",
      .value = "*",
      .meaning = "a tenant, or with `*` at its end all whose names begin so",
      .form = {.shape = Form::Shape::text, .text = &pattern_form}},
     [](ConfigReader&, const ConfigValue& value, Discount& into) { into.tenant = value.text; }},
    provider_row<Discount>(),
    {{.name = "factor",
      .value = "",
      .meaning = "`0.9` takes off a tenth",
      .form = decimal,
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Discount& into) {
       into.factor = decimal_of(value);
     }},
    from_row<Discount>(),
    to_row<Discount>(),
}};

constexpr Form discount_form{.shape = Form::Shape::object, .members = [] {
                               return facts_of(std::span<const Member<Discount>>(rows));
                             }};

}  // namespace

constinit const Form discounts_form{
    .shape = Form::Shape::list, .least = 0, .most = most_discounts, .each = &discount_form};

void read_discounts(ConfigReader& reader, const ConfigValue& value, PriceSettings& into) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Discount discount{.place = value.items[i].place};
    reader.object(value.items[i], std::span<const Member<Discount>>(rows), discount);
    reader.show(discount.place, to_string(discount));
    into.discounts.push_back(std::move(discount));
  }
  refuse_equals(reader, into.discounts);
}

}  // namespace llmgw::pricing
