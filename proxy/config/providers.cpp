// SPDX-License-Identifier: MIT
// `providers`: an upstream for each name.
#include <algorithm>

#include "proxy/config/provider_key.hpp"
#include "proxy/config/provider_limits.hpp"
#include "proxy/config/provider_type.hpp"
#include "proxy/config/sections.hpp"
#include "proxy/config/translation_rows.hpp"

namespace llmgw::proxy {
namespace {

/// What the rows of one provider fill.
using Provider = UpstreamSettings;

constexpr std::array<std::string_view, 4> types{"openai", "azure", "anthropic", "gemini"};
// In the order of StreamUsage.
constexpr std::array<std::string_view, 3> usages{"ask", "continuous", "never"};
constexpr std::array<std::string_view, 2> apis{"v1", "deployments"};
constexpr std::array<std::string_view, 2> auths{"api-key", "bearer"};

void read_base(ConfigReader& reader, const ConfigValue& value, Provider& into) {
  auto url = parse_http_url(value.text);
  if (!url)
    return reader.fault(value.place, redact_url(value.text),
                        "not an http or https URL: " + url.error());
  if (auto reason = refusal_of_base(*url)) reader.fault(value.place, to_string(*url), *reason);
  into.address = as_base(std::move(*url));
}

void read_keys(ConfigReader& reader, const ConfigValue& value, Provider& into) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    UpstreamKey key = read_provider_key(reader, value.items[i]);
    if (key.name.empty()) key.name = std::to_string(i);
    const bool is_taken = std::any_of(into.keys.begin(), into.keys.end(),
                                      [&](const auto& each) { return each.name == key.name; });
    if (is_taken) reader.fault(value.items[i].place, key.name, "this name is another key's");
    into.keys.push_back(std::move(key));
  }
}

void read_ca(ConfigReader& reader, const ConfigValue& value, Provider& into) {
  if (auto reason = read_certificates(reader.read_file(), value.text, into.ca_pem))
    return reader.fault(value.place, value.text, *reason);
  into.ca_file = value.text;
}

constexpr std::array<std::string_view, 2> usage_words{"standard", "input_includes_cache"};

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item.translation; };
constexpr auto shows_reasoning_of = [](auto& item) -> auto& {
  return item.translation.shows_reasoning;
};
constexpr auto input_of = [](auto& item) -> auto& { return item.input_includes_cache; };

using Row = Member<Provider>;

constexpr std::array<Row, 19> rows{{
    {{.name = "type",
      .value = "",
      .meaning =
          "how it is spoken to: `openai`, for OpenAI and every server with its API, `azure`, "
          "`anthropic` or `gemini`",
      .form = {.shape = Form::Shape::word, .words = types},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Provider& into) {
       into.type = value.text;
       into.discovers = into.type == "anthropic" || into.type == "gemini";
       if (const auto address = vendor_address(into.type)) into.address = *address;
     },
     [](const Provider& from) { return from.type; }},
    {{.name = "base_url",
      .value = "",
      .meaning =
          "`http` or `https`; a path prefix is kept, a trailing `/` or `/v1` changes nothing, and "
          "a version at its end (`/v4`, `/v1beta/openai`) stands in the place of `/v1`",
      .form = {.shape = Form::Shape::text, .text = &url_form},
      .shown = "the vendor's; required for `azure`"},
     read_base,
     [](const Provider& from) {
       return from.address.host.empty() ? std::string() : to_string(from.address);
     }},
    {{.name = "keys",
      .value = "",
      .meaning = "its keys, in turn by their weights; without any no credentials are sent",
      .form = {.shape = Form::Shape::list, .least = 0, .most = 64, .each = &provider_key_form},
      .shown = "none"},
     read_keys},
    {{.name = "ca_file",
      .value = "",
      .meaning = "extra CA bundle (PEM); certificates are always verified",
      .form = {.shape = Form::Shape::text, .text = &path_form},
      .shown = "UPSTREAM_CA_FILE"},
     read_ca,
     [](const Provider& from) { return from.ca_file; }},
    {{.name = "stream_usage",
      .value = "",
      .meaning = "`ask`: a streamed chat completion without `stream_options` is asked for its "
                 "usage; `continuous`: for it on every chunk, which vLLM understands; `never`: "
                 "neither request nor stream is touched",
      .form = {.shape = Form::Shape::word, .words = usages},
      .shown = "METERING_STREAM_USAGE"},
     [](ConfigReader&, const ConfigValue& value, Provider& into) {
       const auto at = std::find(usages.begin(), usages.end(), value.text);
       into.stream_usage = static_cast<StreamUsage>(at - usages.begin());
     },
     [](const Provider& from) {
       return std::string(usages[static_cast<std::size_t>(from.stream_usage)]);
     }},
    {{.name = "api",
      .value = "v1",
      .meaning = "of `azure`: `v1`, or `deployments` for the classic addresses, which need "
                 "`api_version`",
      .form = {.shape = Form::Shape::word, .words = apis}},
     [](ConfigReader& reader, const ConfigValue& value, Provider& into) {
       if (value.text == apis.front()) return;
       if (into.type != "azure") return reader.fault(value.place, "is for azure alone");
       into.api_version = missing_version;
     },
     [](const Provider& from) {
       const bool is_classic = from.type == "azure" && !from.api_version.empty();
       return std::string(is_classic ? apis.back() : apis.front());
     }},
    {{.name = "api_version",
      .value = "",
      .meaning = "of `azure` with `api: deployments`, such as `2024-10-21`; of `gemini`, for "
                 "translated requests: `v1`, `v1alpha` or `v1beta`",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .shown = "`v1beta` for `gemini`"},
     read_api_version,
     [](const Provider& from) { return from.api_version; }},
    {{.name = "auth",
      .value = "api-key",
      .meaning =
          "of `azure` and `anthropic`: `api-key`, or `bearer` for a token in `Authorization`",
      .form = {.shape = Form::Shape::word, .words = auths}},
     [](ConfigReader&, const ConfigValue& value, Provider& into) {
       into.uses_bearer = value.text == auths.back();
     },
     [](const Provider& from) {
       return std::string(from.uses_bearer ? auths.back() : auths.front());
     }},
    {{.name = "version",
      .value = "2023-06-01",
      .meaning = "of `anthropic`: `anthropic-version` where the client sends none",
      .form = {.shape = Form::Shape::text, .text = &name_form}},
     [](ConfigReader&, const ConfigValue& value, Provider& into) { into.version = value.text; },
     [](const Provider& from) {
       return from.version.empty() ? std::string("2023-06-01") : from.version;
     }},
    {{.name = "discover",
      .value = "",
      .meaning = "whether it is asked which models it has, at start, at each reload and hourly: "
                 "`/v1/models` lists them where a name with `*` or `default_provider` leads to it, "
                 "and translated requests go by what it says of them; not with `api: deployments`",
      .form = {.shape = Form::Shape::boolean},
      .shown = "`true` for `anthropic` and `gemini`"},
     [](ConfigReader&, const ConfigValue& value, Provider& into) {
       into.discovers = value.text == "true";
     },
     [](const Provider& from) { return std::string(from.discovers ? "true" : "false"); }},
    {{.name = "beta",
      .value = "",
      .meaning = "of `anthropic`: names for `anthropic-beta` of translated requests",
      .form = {.shape = Form::Shape::list, .least = 0, .most = 32, .each = &beta_form},
      .shown = "none"},
     read_beta,
     [](const Provider& from) { return from.beta; }},
    word_row<Provider, input_of, usage_words>(
        {.name = "usage",
         .value = "standard",
         .meaning = "of `anthropic`: `input_includes_cache` where the server's `input_tokens` hold "
                    "what its cache served"}),
    default_max_tokens_row<Provider, part_of>("what the provider says, or by the model's name"),
    prompt_cache_row<Provider, part_of>("none", ""),
    schema_row<Provider, part_of>("json", ""),
    mid_system_row<Provider, part_of>("by the model's name"),
    reasoning_output_row<Provider, shows_reasoning_of>("", "`defaults.reasoning_output`"),
    {{.name = "timeouts",
      .value = "",
      .meaning = "how long it may take",
      .form = {.shape = Form::Shape::object, .members = timeout_members},
      .shown = "`defaults.timeouts`"},
     [](ConfigReader& reader, const ConfigValue& value, Provider& into) {
       read_timeouts(reader, value, into.timeouts);
     }},
    {{.name = "cooldown",
      .value = "",
      .meaning = "when its targets are left alone",
      .form = {.shape = Form::Shape::object, .members = cooldown_members},
      .shown = "`defaults.cooldown`"},
     [](ConfigReader& reader, const ConfigValue& value, Provider& into) {
       read_cooldown(reader, value, into.cooldown);
     }},
}};

constexpr Form provider_form{.shape = Form::Shape::object,
                             .members = [] { return facts_of(std::span<const Row>(rows)); }};

// A provider with faults is an upstream too, so that what names it is no fault of its own.
void read_providers(ConfigReader& reader, const ConfigValue& value, Config& config) {
  for (const ConfigMember& each : value.members) {
    const ConfigReader::Step step(reader, each.name);
    Provider provider{.name = each.name,
                      .ca_file = config.of_variables.ca_file,
                      .ca_pem = config.of_variables.ca_pem,
                      .stream_usage = config.stream_usage,
                      .translation = {.shows_reasoning = config.defaults.shows_reasoning},
                      .timeouts = config.defaults.timeouts,
                      .cooldown = config.defaults.cooldown};
    reader.object(each.value, std::span<const Row>(rows), provider);
    complete_provider(reader, each.value, provider);
    config.upstreams.push_back(std::move(provider));
  }
}

}  // namespace

Section providers_section() {
  return {{.name = "providers",
           .value = "",
           .meaning = "who can answer, by names of 1 to 64 letters, digits, `.`, `_` and `-`; they "
                      "take the place of the `UPSTREAM_OPENAI_` variables",
           .form = {.shape = Form::Shape::names,
                    .text = &name_form,
                    .least = 1,
                    .most = 1'000,
                    .each = &provider_form},
           .shown = "the one of the variables"},
          read_providers};
}

}  // namespace llmgw::proxy
