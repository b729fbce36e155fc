// SPDX-License-Identifier: MIT
// Settings of limits from a text as the configuration file has it.
#pragma once

#include <string>
#include <vector>

#include "quota/limit_sections.hpp"

namespace llmgw::quota {

struct ReadLimits {
  LimitSettings settings = {};
  std::vector<std::string> faults = {};
};

inline ReadLimits read_limits_of(const std::string& yaml, bool has_calendars = true) {
  constexpr auto settings_of = [](auto& read) -> auto& { return read.settings; };
  constexpr auto defaults_of = [](auto& read) -> auto& { return read.settings.defaults; };
  static constexpr auto default_rows = limit_default_rows<ReadLimits, defaults_of>();
  static const std::vector<Member<ReadLimits>> sections{
      {{.name = "defaults",
        .value = "",
        .meaning = "",
        .form = {.shape = Form::Shape::object,
                 .members =
                     [] { return facts_of(std::span<const Member<ReadLimits>>(default_rows)); }}},
       [](ConfigReader& reader, const ConfigValue& value, ReadLimits& into) {
         reader.object(value, std::span<const Member<ReadLimits>>(default_rows), into);
       }},
      plans_section<ReadLimits, settings_of>(),
      tenants_section<ReadLimits, settings_of>()};
  const FileReader read = [&](const std::string&) -> Result<std::string> { return yaml; };
  const FileLister list = [](const std::string& path) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{path};
  };
  const ConfigDocument document = read_config_document("f.yaml", read, list);
  ReadLimits result;
  result.settings.defaults.has_calendars = has_calendars;
  for (const std::string& each : document.faults.lines) result.faults.push_back(each);
  const Environment environment(Environment::Map{});
  ConfigReader reader(document, environment, read);
  reader.object(document.root, std::span<const Member<ReadLimits>>(sections), result);
  for (std::string& each : reader.take_faults()) result.faults.push_back(std::move(each));
  return result;
}

}  // namespace llmgw::quota
