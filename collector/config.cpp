// SPDX-License-Identifier: MIT
// The collector's table of settings, and the sections of its file.
#include "collector/config.hpp"

#include <array>

#include "collector/config/rows.hpp"
#include "common/settings/config_sections.hpp"
#include "pricing/sections.hpp"
#include "quota/key_limits.hpp"
#include "quota/limit_sections.hpp"

namespace llmgw::collector {
namespace {

constexpr auto log_rows = log_settings<Config>();

// Stands last, as it does in the proxy's table.
constexpr std::array<Row, 1> file_rows{{
    {gateway_config_variable,
     [](SettingInput& input, Config& config) { config.file.path = input.text().value_or(""); },
     [](const Config& config) { return config.file.path; }},
}};

const std::vector<Row>& table() {
  static const std::vector<Row> all = [] {
    std::vector<Row> rows;
    for (const std::span<const Row> group :
         {receiving_rows(), storing_rows(), asking_rows(), lending_rows(), reconciling_rows(),
          std::span<const Row>(log_rows), std::span<const Row>(file_rows)})
      rows.insert(rows.end(), group.begin(), group.end());
    return rows;
  }();
  return all;
}

// Where the sections of limits find what they fill.
constexpr auto limits_of = [](auto& config) -> auto& { return config.limits; };
constexpr auto defaults_of = [](auto& config) -> auto& { return config.limits.defaults; };

constexpr auto default_rows = quota::limit_default_rows<Config, defaults_of>();

constexpr Member<Config> defaults_section{
    {.name = "defaults",
     .value = "",
     .meaning = "what holds for providers, models and limits that say nothing else",
     .form = {.shape = Form::Shape::object,
              .members = [] { return facts_of(std::span<const Member<Config>>(default_rows)); }},
     .shown = "see its members"},
    [](ConfigReader& reader, const ConfigValue& value, Config& into) {
      reader.object(value, std::span<const Member<Config>>(default_rows), into, proxy_defaults);
    }};

constexpr std::size_t most_keys = 100'000;

constexpr Member<Config> keys_section{
    {.name = "keys",
     .value = "",
     .meaning =
         "who may call, where `GATEWAY_KEYS` asks for it; the lists of several files are one",
     .form = {.shape = Form::Shape::list,
              .least = 0,
              .most = most_keys,
              .each = &quota::key_limits_form},
     .shown = "none"},
    [](ConfigReader& reader, const ConfigValue& value, Config& into) {
      into.key_limits = quota::read_key_limits(reader, value, into.limits);
    }};

// In the order in which they are read.
const std::vector<Member<Config>>& sections() {
  static const std::vector<Member<Config>> all = [] {
    std::vector<Member<Config>> own{version_section<Config>(), defaults_section,
                                    quota::plans_section<Config, limits_of>(),
                                    quota::tenants_section<Config, limits_of>(), keys_section};
    const auto money = pricing::sections<Config, &Config::price_settings>();
    own.insert(own.end(), money.begin(), money.end());
    return own;
  }();
  return all;
}

void read_sections(const ConfigDocument& document, const Environment& environment,
                   const FileReader& read, Config& config, Faults& faults) {
  config.file = document.origin;
  for (const std::string& each : document.faults.lines) faults.lines.push_back(each);
  if (document.origin.path.empty() || !document.faults.lines.empty()) return;
  ConfigReader reader(document, environment, read);
  reader.object(document.root, std::span<const Member<Config>>(sections()), config,
                config_sections);
  config.prices = pricing::finish_prices(reader, std::exchange(config.price_settings, {}));
  for (std::string& each : reader.take_faults()) faults.lines.push_back(std::move(each));
  config.file.effective = reader.take_effective();
}

}  // namespace

std::span<const Variable> variables() noexcept {
  static const std::vector<Variable> all = variables_of(std::span<const Row>(table()));
  return all;
}

std::vector<MemberFacts> file_members() {
  return facts_of(std::span<const Member<Config>>(sections()));
}

Checked<Config> load_config(const Environment& environment, const FileReader& read,
                            const FileLister& list) {
  Settings settings(environment, variables());
  Config config;
  read_settings(std::span<const Row>(table()), {settings, read}, config);
  Faults faults = settings.take_faults();
  read_sections(read_config_document(config.file.path, read, list), environment, read, config,
                faults);
  if (!faults.lines.empty()) return faults;
  return config;
}

Checked<Config> reload_config(const Config& running, const Environment& environment,
                              const FileReader& read, const FileLister& list) {
  Config config = running;
  config.limits = {};
  config.prices = nullptr;
  config.key_limits = {};
  Faults faults;
  read_sections(read_config_document(running.file.path, read, list), environment, read, config,
                faults);
  if (!faults.lines.empty()) return faults;
  return config;
}

std::vector<EffectiveSetting> effective(const Config& config) {
  return shown_settings(std::span<const Row>(table()), config);
}

}  // namespace llmgw::collector
