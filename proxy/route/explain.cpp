// SPDX-License-Identifier: MIT
// The words of a request, and what the settings say to them.
#include "proxy/route/explain.hpp"

#include <algorithm>

#include "common/json/escape.hpp"
#include "proxy/http/head.hpp"
#include "proxy/route/explain_price.hpp"
#include "proxy/route/table.hpp"
#include "proxy/tenant/explain_key.hpp"
#include "quota/rule_set.hpp"

namespace llmgw::proxy {
namespace {

/// What is told of the request.
struct Asked {
  std::string_view model;
  std::string_view tenant = {};
  std::string_view key = {};  // its id
  std::string_view path = "/v1/chat/completions";
  std::vector<http::Field> fields;
  Faults faults;
};

std::string quoted(std::string_view text) {
  std::string shown;
  append_json_string(bounded(text, 100), shown);
  return shown;
}

void read_header(std::string_view text, Asked& asked) {
  const auto colon = text.find(':');
  if (colon == text.npos || colon == 0) {
    asked.faults.lines.push_back("header=" + quoted(text) + ": not of the form NAME:VALUE");
  } else {
    const std::string_view name = text.substr(0, colon);
    asked.fields.push_back({name, text.substr(colon + 1), http::field_id(name)});
  }
}

void read_word(std::string_view word, Asked& asked) {
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  if (equals != word.npos && name == "header") return read_header(word.substr(equals + 1), asked);
  const std::pair<std::string_view, std::string_view*> words[] = {{"model", &asked.model},
                                                                  {"tenant", &asked.tenant},
                                                                  {"path", &asked.path},
                                                                  {"key", &asked.key}};
  for (const auto& [known, into] : words) {
    if (equals == word.npos || name != known) continue;
    *into = word.substr(equals + 1);
    return;
  }
  asked.faults.lines.push_back(
      quoted(word) +
      ": accepted are model=NAME, tenant=NAME, key=ID, path=PATH and header=NAME:VALUE");
}

Asked read(std::string_view request) {
  Asked asked;
  while (!request.empty()) {
    const auto end = std::min(request.find(' '), request.size());
    if (end > 0) read_word(request.substr(0, end), asked);
    request.remove_prefix(std::min(end + 1, request.size()));
  }
  return asked;
}

// `named`: what it is asked for; empty: as asked.
std::string of_target(const Config& config, const Candidate& candidate, std::string_view named,
                      const Asked& asked, pricing::Day day) {
  const UpstreamSettings& upstream = config.upstreams[candidate.upstream];
  std::string text = "target    ";
  text.append(candidate.name);
  text.append("\n  type    ").append(upstream.type);
  text.append("\n  address ").append(to_string(upstream.address));
  text.append("\n  key     ").append(upstream.keys.empty() ? "none is sent" : "***");
  text.append("\n  model   ").append(named.empty() ? "as asked" : named);
  text.append("\n  weight  ").append(std::to_string(candidate.weight)).append("\n");
  const std::string_view model = named.empty() ? asked.model : named;
  return text + explain_price(config, upstream, model, asked.tenant, day);
}

std::string of_refusal(std::string_view answer, std::string_view reason) {
  std::string text = "target    none: the gateway answers ";
  return text.append(answer).append("\nbecause   ").append(reason).append("\n");
}

std::string of_fault(const Config& config, RouteFault fault) {
  switch (fault) {
    case RouteFault::unknown_provider:
      return of_refusal("400 invalid_value", "X-LLM-Provider does not name one provider");
    case RouteFault::denied:
      return of_refusal("403 provider_not_allowed", "a route denies every target that there is");
    case RouteFault::unknown_model: break;
  }
  return of_refusal("404 model_not_found",
                    config.has_providers
                        ? "no entry of models names it, and there is no default_provider"
                        : "GATEWAY_CONFIG has no providers");
}

// Why the table finds what it finds.
std::string reason_of(const Route& route) {
  switch (route.reason()) {
    case RouteReason::only: return "it is the only one: GATEWAY_CONFIG names no providers";
    case RouteReason::header: return "X-LLM-Provider names its provider";
    case RouteReason::prefix: return "the model begins with the provider's name";
    case RouteReason::route: return "the route " + quoted(route.name()) + " fits";
    case RouteReason::model: return "of the entry " + quoted(route.name()) + " of models";
    case RouteReason::fallback: break;
  }
  return "it is the default_provider, and nothing else decides";
}

std::string of_route(const Config& config, const Route& route, const Asked& asked,
                     pricing::Day day) {
  std::string text = "because   " + reason_of(route) + "\nattempts  " +
                     std::to_string(route.retry().attempts) + "\n";
  route.for_each([&](const Candidate& candidate, std::string_view model) {
    text += of_target(config, candidate, model, asked, day);
  });
  return text;
}

// What stands between the caller and its answer.
std::string of_limits(const Config& config, const Asked& asked, std::string_view tenant) {
  const auto key = std::find_if(config.keys->begin(), config.keys->end(),
                                [&](const KeySettings& each) { return each.id == asked.key; });
  const bool has_key = config.key_mode != KeyMode::off && key != config.keys->end();
  const quota::RuleSet rules(config.limits);
  std::string text;
  for (const quota::ScopedRule& each : rules.rules_of(tenant, has_key ? &key->limits : nullptr)) {
    if (!each.rule->models.empty() && !each.rule->is_about(asked.model)) continue;
    text += "limit     " + each.balance + ": " + bound_in_words(*each.rule);
    if (!config.enforces_limits || each.rule->mode == quota::RuleMode::observe)
      text += " (observed)";
    text += "\n";
  }
  return text;
}

}  // namespace

Checked<std::string> explain(const Config& config, std::string_view request,
                             std::chrono::system_clock::time_point now) {
  Asked asked = read(request);
  if (!asked.faults.lines.empty()) return asked.faults;
  const KeyExplanation by_key = explain_key(config, {asked.key, asked.tenant, asked.model}, now);
  if (!by_key.goes_on) return by_key.text;
  const std::string limits = of_limits(config, asked, by_key.tenant);
  CoolingBook book;
  RouteTable table(config, book);
  http::Head head;
  head.fields = asked.fields;
  auto found = table.find({head, asked.path, by_key.tenant, asked.model});
  if (const RouteFault* fault = std::get_if<RouteFault>(&found))
    return by_key.text + of_fault(config, *fault);
  asked.tenant = by_key.tenant;
  return by_key.text + of_route(config, std::get<Route>(found), asked,
                                std::chrono::floor<std::chrono::days>(now));
}

}  // namespace llmgw::proxy
