// SPDX-License-Identifier: MIT
// `keys`: who may call, and GATEWAY_KEYS, which says whether that is asked.
#include "proxy/config/keys.hpp"

#include <unordered_map>

#include "proxy/config/key_entry.hpp"
#include "proxy/config/rows.hpp"
#include "proxy/config/sections.hpp"
#include "quota/limit_sections.hpp"
#include "quota/rule_set.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_keys = 100'000;

/// Where each text stood first.
using Places = std::unordered_map<std::string_view, ConfigPlace>;

const ConfigValue* text_in(const ConfigValue& key, std::string_view name) {
  for (const ConfigMember& each : key.members)
    if (each.name == name && each.value.kind == ConfigValue::Kind::text) return &each.value;
  return nullptr;
}

// What stands twice is named by both places, and a hash by nothing else.
void check_first(ConfigReader& reader, const ConfigValue* value, std::string_view what,
                 Places& places) {
  if (value == nullptr) return;
  const auto [found, is_first] = places.try_emplace(value->text, value->place);
  if (is_first) return;
  reader.fault(value->place, "this " + std::string(what) + " is another key's; first in " +
                                 reader.text_of(found->second));
}

void read_keys(ConfigReader& reader, const ConfigValue& value, Config& config) {
  auto keys = std::make_shared<KeyList>();
  keys->reserve(value.items.size());
  Places ids;
  Places hashes;
  const quota::RuleSet rules(config.limits);
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    const ConfigValue& item = value.items[i];
    read_key_entry(reader, item, config.limits, keys->emplace_back());
    check_first(reader, text_in(item, "id"), "id", ids);
    check_first(reader, text_in(item, "hash"), "hash", hashes);
    const KeySettings& key = keys->back();
    if (!is_unlimited(key.limits))
      quota::check_rule_count(reader, item.place,
                              rules.most_rules_of(key.limits, key.tenant, !key.tenants.empty()));
  }
  config.keys = std::move(keys);
}

void read_mode(SettingInput& input, Config& config) { config.key_mode = input.choice(key_modes); }

constexpr std::array<Row, 1> variable_rows{{
    {{"GATEWAY_KEYS",
      "off",
      "whether callers need a key of the section `keys`: `off`; `observe`: all are served, and "
      "metrics and events say who would not be; `required`: others are answered 401",
      {},
      "Who may call"},
     read_mode,
     [](const Config& config) { return word_of(key_modes, config.key_mode); }},
}};

}  // namespace

std::span<const Row> key_rows() noexcept { return variable_rows; }

Section keys_section() {
  return {
      {.name = "keys",
       .value = "",
       .meaning = "who may call, where `GATEWAY_KEYS` asks for it; the lists of several files "
                  "are one",
       .form = {.shape = Form::Shape::list, .least = 0, .most = most_keys, .each = &key_entry_form},
       .shown = "none"},
      read_keys};
}

}  // namespace llmgw::proxy
