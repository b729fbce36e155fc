// SPDX-License-Identifier: MIT
// `default_provider`: the upstream of requests that name none.
#include <algorithm>

#include "proxy/config/sections.hpp"

namespace llmgw::proxy {
namespace {

const ConfigMember* member_of(const ConfigValue& root, std::string_view name) {
  for (const ConfigMember& each : root.members)
    if (each.name == name) return &each;
  return nullptr;
}

// As the file has them, also those with faults.
std::string names_of(const ConfigMember* providers) {
  std::string names;
  if (providers == nullptr) return names;
  for (const ConfigMember& each : providers->value.members)
    names.append(names.empty() ? "" : ", ").append(shown_name(each.name));
  return names;
}

void read_default(ConfigReader& reader, const ConfigValue& value, Config& config) {
  const auto& upstreams = config.upstreams;
  const auto found = std::find_if(upstreams.begin(), upstreams.end(),
                                  [&](const auto& each) { return each.name == value.text; });
  if (found != upstreams.end()) {
    config.default_upstream = static_cast<std::size_t>(found - upstreams.begin());
    return;
  }
  const ConfigMember* providers = member_of(reader.root(), "providers");
  if (providers != nullptr && member_of(providers->value, value.text) != nullptr) return;
  const std::string names = names_of(providers);
  reader.fault(value.place, value.text,
               names.empty() ? "there is no such provider, as `providers` names none"
                             : "no such provider; there are " + names);
}

// Whether a key there is said to be in this variable.
bool names_variable(const ConfigValue& value, std::string_view variable) {
  const auto names = [variable](const ConfigMember& each) {
    return (each.name == "env" && each.value.text == variable) ||
           names_variable(each.value, variable);
  };
  return std::any_of(value.members.begin(), value.members.end(), names) ||
         std::any_of(value.items.begin(), value.items.end(), [variable](const ConfigValue& each) {
           return names_variable(each, variable);
         });
}

// Not read where providers are in the file; said at once, as a key that is not used is a mistake.
void refuse_variables(ConfigReader& reader, const ConfigMember& providers) {
  for (const std::string_view name :
       {"UPSTREAM_OPENAI_BASE_URL", "UPSTREAM_OPENAI_API_KEY", "UPSTREAM_OPENAI_API_KEY_FILE"}) {
    if (!reader.environment().find(name) || names_variable(providers.value, name)) continue;
    reader.fault(providers.place, std::string(name) +
                                      " is set too, and not read beside providers; drop the "
                                      "variable, or name it in a key as {env: " +
                                      std::string(name) + "}");
  }
}

}  // namespace

Section default_provider_section() {
  return {{.name = "default_provider",
           .value = "",
           .meaning = "the provider of requests that nothing else decides on: without a model, or "
                      "with one that no entry of `models` names; without it they are answered 404. "
                      "Required where there are several providers and no `models`",
           .form = {.shape = Form::Shape::text, .text = &name_form},
           .shown = "the only provider, where there are no `models`"},
          read_default,
          [](const Config& config) {
            const auto& of = config.default_upstream;
            return of && *of < config.upstreams.size() ? config.upstreams[*of].name : std::string();
          }};
}

void finish_providers(ConfigReader& reader, Config& config) {
  if (!config.routing.models.empty() && member_of(reader.root(), "default_provider") == nullptr)
    config.default_upstream.reset();
  const ConfigMember* providers = member_of(reader.root(), "providers");
  if (providers == nullptr) return;
  refuse_variables(reader, *providers);
  if (providers->value.members.size() > 1 && member_of(reader.root(), "models") == nullptr &&
      member_of(reader.root(), "default_provider") == nullptr)
    reader.fault(providers->place,
                 "`default_provider` is missing; with several providers it is "
                 "required, and is one of " +
                     names_of(providers));
}

}  // namespace llmgw::proxy
