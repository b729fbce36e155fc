// SPDX-License-Identifier: MIT
// The words of a request, and what the settings say to them.
#include "proxy/route/explain.hpp"

#include <algorithm>

#include "common/json/escape.hpp"
#include "proxy/http/head.hpp"
#include "proxy/route/table.hpp"

namespace llmgw::proxy {
namespace {

/// What is told of the request. Model and tenant change nothing until models are routed.
struct Asked {
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
  if (equals != word.npos && (name == "model" || name == "tenant")) return;
  asked.faults.lines.push_back(quoted(word) +
                               ": accepted are model=NAME, tenant=NAME and header=NAME:VALUE");
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

std::string of_upstream(const UpstreamSettings& upstream, std::string_view reason) {
  std::string text = "provider  ";
  text.append(upstream.name).append("\ntype      ").append(upstream.type);
  text.append("\naddress   ").append(to_string(upstream.address));
  text.append("\nkey       ").append(upstream.key.is_empty() ? "none is sent" : "***");
  return text.append("\nbecause   ").append(reason).append("\n");
}

std::string of_refusal(std::string_view reason) {
  std::string text = "provider  none: the gateway answers 400 invalid_value\nbecause   ";
  return text.append(reason).append("\n");
}

// Why the table finds what it finds.
std::string_view reason(const Config& config, const std::vector<http::Field>& fields,
                        bool is_found) {
  const auto choices = std::count_if(fields.begin(), fields.end(), [](const http::Field& each) {
    return each.id == http::FieldId::x_llm_provider;
  });
  if (!config.selects_by_header) return "it is the only one: GATEWAY_CONFIG is not set";
  if (choices > 1) return "X-LLM-Provider stands there more than once";
  if (choices == 1)
    return is_found ? "X-LLM-Provider names it" : "X-LLM-Provider names no provider";
  if (!config.has_providers) return "GATEWAY_CONFIG has no providers";
  return "it is the default_provider, and no X-LLM-Provider names one";
}

}  // namespace

Checked<std::string> explain(const Config& config, std::string_view request) {
  const Asked asked = read(request);
  if (!asked.faults.lines.empty()) return asked.faults;
  std::vector<std::string> names;
  names.reserve(config.upstreams.size());
  for (const UpstreamSettings& each : config.upstreams) names.push_back(each.name);
  const RouteTable table(std::move(names), config.default_upstream, config.selects_by_header);
  http::Head head;
  head.fields = asked.fields;
  auto route = table.find(head);
  const std::string_view because = reason(config, asked.fields, route.has_value());
  return route ? of_upstream(config.upstreams[route->take()], because) : of_refusal(because);
}

}  // namespace llmgw::proxy
