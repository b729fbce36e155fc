// SPDX-License-Identifier: MIT
// Limits of keys.
#include "quota/key_limits.hpp"

#include "common/settings/config_sections.hpp"

namespace llmgw::quota {
namespace {

/// What the rows of one fill.
struct Item {
  const LimitSettings& settings;
  KeyLimits limits = {};
};

constexpr auto part_of = [](auto& item) -> auto& { return item.limits; };
constexpr auto settings_of = [](auto& item) -> auto& { return item.settings; };
constexpr auto rows = key_limit_rows<Item, part_of, settings_of>();

std::string id_in(const ConfigValue& entry) {
  for (const ConfigMember& each : entry.members)
    if (each.name == "id" && each.value.kind == ConfigValue::Kind::text) return each.value.text;
  return {};
}

}  // namespace

constinit const Form key_limits_form{.shape = Form::Shape::object, .members = [] {
                                       return facts_of(std::span<const Member<Item>>(rows));
                                     }};

std::vector<KeyLimits> read_key_limits(ConfigReader& reader, const ConfigValue& value,
                                       const LimitSettings& settings) {
  std::vector<KeyLimits> keys;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Item item{settings, {.id = id_in(value.items[i])}};
    reader.object(value.items[i], std::span<const Member<Item>>(rows), item, proxy_key_members);
    if (!is_unlimited(item.limits)) keys.push_back(std::move(item.limits));
  }
  return keys;
}

}  // namespace llmgw::quota
