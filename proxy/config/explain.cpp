// SPDX-License-Identifier: MIT
// The words of a request, and what the settings say to them.
#include "proxy/config/explain.hpp"

#include <algorithm>

#include "common/json/escape.hpp"
#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view choice_name = "X-LLM-Provider";

/// What is told of the request. Model and tenant change nothing until models are routed.
struct Asked {
  std::vector<std::string_view> choices;  // values of X-LLM-Provider
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
  } else if (equals_ignoring_case(text.substr(0, colon), choice_name)) {
    asked.choices.push_back(text.substr(colon + 1));
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

}  // namespace

Checked<std::string> explain(const Config& config, std::string_view request) {
  const Asked asked = read(request);
  if (!asked.faults.lines.empty()) return asked.faults;
  const auto& upstreams = config.upstreams;
  const UpstreamSettings& fallback = upstreams[config.default_upstream];
  if (!config.selects_by_header)
    return of_upstream(fallback, "it is the only one: GATEWAY_CONFIG is not set");
  if (asked.choices.empty())
    return of_upstream(fallback, config.has_providers
                                     ? "it is the default_provider, and no X-LLM-Provider names one"
                                     : "GATEWAY_CONFIG has no providers");
  if (asked.choices.size() > 1) return of_refusal("X-LLM-Provider stands there more than once");
  const auto found = std::find_if(upstreams.begin(), upstreams.end(), [&](const auto& each) {
    return each.name == asked.choices.front();
  });
  if (found == upstreams.end()) return of_refusal("X-LLM-Provider names no provider");
  return of_upstream(*found, "X-LLM-Provider names it");
}

}  // namespace llmgw::proxy
