// SPDX-License-Identifier: MIT
// The proxy's settings put together: the variables group by group, then the sections of the file.
#include "proxy/config.hpp"

#include <algorithm>

#include "common/settings/config_schema.hpp"
#include "common/settings/config_sections.hpp"
#include "pricing/sections.hpp"
#include "proxy/config/rows.hpp"
#include "proxy/config/sections.hpp"
#include "quota/limit_sections.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<Row, 1> file_rows{{
    {gateway_config_variable,
     [](SettingInput& input, Config& config) { config.file.path = input.text().value_or(""); },
     [](const Config& config) { return config.file.path; }},
}};

const std::vector<Row>& table() {
  static const std::vector<Row> all = [] {
    std::vector<Row> rows;
    for (const std::span<const Row> group :
         {listening_rows(), upstream_rows(), metering_rows(), delivery_rows(), limit_rows(),
          tenant_limit_rows(), log_rows(), key_rows(), jwt_rows(), std::span<const Row>(file_rows)})
      rows.insert(rows.end(), group.begin(), group.end());
    return rows;
  }();
  return all;
}

// Where the sections of limits find what they fill.
constexpr auto limits_of = [](auto& config) -> auto& { return config.limits; };

bool has_section(const ConfigDocument& document, std::string_view name) {
  const auto& members = document.root.members;
  return std::any_of(members.begin(), members.end(),
                     [name](const ConfigMember& each) { return each.name == name; });
}

// A file that could not be read whole may have had providers: then nothing is said of what would
// take their place.
void note_providers(const ConfigDocument& document, Config& config) {
  config.file = document.origin;
  config.selects_by_header = !document.origin.path.empty();
  config.has_providers = has_section(document, "providers") || !document.faults.lines.empty();
}

void append(std::vector<std::string> lines, std::vector<std::string>& to) {
  for (std::string& each : lines) to.push_back(std::move(each));
}

// Only of a document that was read whole; its faults would be those of what is missing.
void read_sections(const ConfigDocument& document, const Environment& environment,
                   const FileReader& read, Config& config, Faults& faults) {
  append(document.faults.lines, faults.lines);
  config.defaults.timeouts.connect = std::chrono::seconds(5);
  config.defaults.timeouts.head = config.defaults.timeouts.idle = config.client_timeout;
  config.defaults.limits.has_calendars = config.limits_url.has_value();
  config.limits.defaults = config.defaults.limits;
  if (!document.origin.path.empty() && document.faults.lines.empty()) {
    ConfigReader reader(document, environment, read);
    reader.object(document.root, std::span<const Section>(sections()), config, config_sections);
    finish_providers(reader, config);
    config.prices = pricing::finish_prices(reader, std::exchange(config.price_settings, {}));
    append(reader.take_faults(), faults.lines);
    config.file.effective = reader.take_effective();
  }
  if (config.upstreams.empty()) config.upstreams.push_back(config.of_variables);
}

}  // namespace

std::span<const Variable> variables() noexcept {
  static const std::vector<Variable> all = variables_of(std::span<const Row>(table()));
  return all;
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all = [] {
    std::vector<Section> own{version_section<Config>(),
                             defaults_section(),
                             providers_section(),
                             models_section(),
                             routes_section(),
                             default_provider_section(),
                             quota::plans_section<Config, limits_of>(),
                             quota::tenants_section<Config, limits_of>(),
                             keys_section()};
    const auto money = pricing::sections<Config, &Config::price_settings>();
    own.insert(own.end(), money.begin(), money.end());
    return own;
  }();
  return all;
}

std::vector<MemberFacts> file_members() { return facts_of(std::span<const Section>(sections())); }

Checked<Config> load_config(const Environment& environment, const FileReader& read, unsigned cpus,
                            const FileLister& list) {
  Settings settings(environment, variables());
  const auto path = settings.text(gateway_config_variable.name).value_or("");
  const ConfigDocument document = read_config_document(path, read, list);
  Config config;
  note_providers(document, config);
  read_settings(std::span<const Row>(table()), {settings, read, cpus}, config);
  config.of_variables.stream_usage = config.stream_usage;
  Faults faults = settings.take_faults();
  read_sections(document, environment, read, config, faults);
  if (!faults.lines.empty()) return faults;
  return config;
}

Checked<Config> reload_config(const Config& running, const Environment& environment,
                              const FileReader& read, const FileLister& list) {
  const ConfigDocument document = read_config_document(running.file.path, read, list);
  Config config = running;
  config.upstreams.clear();
  config.default_upstream = 0;
  config.routing = {};
  config.defaults = {};
  config.keys = std::make_shared<const KeyList>();
  config.limits = {};
  config.prices = nullptr;
  note_providers(document, config);
  Faults faults;
  read_sections(document, environment, read, config, faults);
  if (!config.has_providers && config.of_variables.keys.empty())
    faults.lines.push_back(config.file.path +
                           ": `providers` is gone, and no variable describes an "
                           "upstream that could take their place");
  const bool are_keys_gone = config.keys->empty() && !running.keys->empty();
  if (faults.lines.empty() && are_keys_gone && config.key_mode == KeyMode::required &&
      !config.jwt.is_set())
    faults.lines.push_back(config.file.path +
                           ": `keys` is empty, and with GATEWAY_KEYS=required nobody could call");
  if (!faults.lines.empty()) return faults;
  return config;
}

std::vector<EffectiveSetting> effective(const Config& config) {
  return shown_settings(std::span<const Row>(table()), config);
}

}  // namespace llmgw::proxy
