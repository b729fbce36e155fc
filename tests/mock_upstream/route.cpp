// SPDX-License-Identifier: MIT
// Paths of the four dialects.
#include "tests/mock_upstream/route.hpp"

#include "common/text/quantity.hpp"

namespace llmgw::mock {
namespace {

using Text = std::string_view;

// By its end, so that any prefix of the path will do, Azure's among them.
std::optional<Endpoint> openai_endpoint(Text path) {
  if (path.ends_with("/chat/completions")) return Endpoint::chat;
  if (path.ends_with("/completions")) return Endpoint::completions;
  if (path.ends_with("/embeddings")) return Endpoint::embeddings;
  if (path.ends_with("/responses")) return Endpoint::responses;
  return std::nullopt;
}

std::string decode_percent(Text text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = lower_case(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    decoded += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return decoded;
}

bool is_read(Text method) { return method == "GET" || method == "HEAD"; }

Route route_to(Dialect dialect) {
  Route route;
  route.dialect = dialect;
  return route;
}

PageWish page_wish(Text target, Text size, Text after) {
  PageWish wish;
  std::string most;
  if (find_parameter(target, size, most)) wish.most = parse_integer(most).value_or(0);
  if (find_parameter(target, after, wish.after)) wish.after = decode_percent(wish.after);
  return wish;
}

std::optional<Route> anthropic_route(const http::EndpointHead& head) {
  const Text path = head.path();
  Route route = route_to(Dialect::anthropic);
  if (head.method == "POST" && path.ends_with("/v1/messages")) {
    route.endpoint = Endpoint::messages;
    return route;
  }
  if (head.method == "POST" && path.ends_with("/v1/messages/count_tokens")) {
    route.endpoint = Endpoint::count_tokens;
    return route;
  }
  const std::size_t at = path.find("/v1/models");
  if (!is_read(head.method) || at == path.npos || head.count("anthropic-version") == 0)
    return std::nullopt;
  const Text rest = path.substr(at + Text("/v1/models").size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  route.endpoint = Endpoint::models;
  route.model = rest.empty() ? std::string() : decode_percent(rest.substr(1));
  route.page = page_wish(head.target, "limit", "after_id");
  return route;
}

// What stands behind `/v1`, `/v1beta` or `/v1alpha` and `/models`; nothing for other paths.
std::optional<Text> behind_models(Text path) {
  for (const Text version : {"/v1beta", "/v1alpha", "/v1"}) {
    const std::string begin = std::string(version) + "/models";
    const std::size_t at = path.find(begin);
    if (at != path.npos) return path.substr(at + begin.size());
  }
  return std::nullopt;
}

std::optional<Route> gemini_list(const http::EndpointHead& head, Text rest) {
  const Text path = head.path();
  const bool native = path.find("/v1beta/models") != path.npos ||
                      path.find("/v1alpha/models") != path.npos || head.count("x-goog-api-key") > 0;
  if (!native || !is_read(head.method)) return std::nullopt;
  Route route = route_to(Dialect::gemini);
  route.endpoint = Endpoint::models;
  route.model = rest.empty() ? std::string() : decode_percent(rest.substr(1));
  route.page = page_wish(head.target, "pageSize", "pageToken");
  return route;
}

std::optional<Route> gemini_route(const http::EndpointHead& head) {
  const std::optional<Text> rest = behind_models(head.path());
  if (!rest || (!rest->empty() && rest->front() != '/')) return std::nullopt;
  if (head.method != "POST") return gemini_list(head, *rest);
  const std::size_t colon = rest->rfind(':');
  if (colon == rest->npos || colon < 2) return std::nullopt;
  const Text verb = rest->substr(colon + 1);
  Route route = route_to(Dialect::gemini);
  route.model = decode_percent(rest->substr(1, colon - 1));
  route.stream = verb == "streamGenerateContent";
  if (route.stream || verb == "generateContent") route.endpoint = Endpoint::generate;
  if (verb == "countTokens") route.endpoint = Endpoint::count_contents;
  std::string alt;
  route.array = route.stream && !(find_parameter(head.target, "alt", alt) && alt == "sse");
  return route;
}

std::optional<Route> azure_route(const http::EndpointHead& head) {
  constexpr Text deployments = "/openai/deployments/";
  const Text path = head.path();
  const std::size_t at = path.find(deployments);
  const bool classic = at != path.npos;
  if (!classic && path.find("/openai/v1/") == path.npos) return std::nullopt;
  Route route = route_to(Dialect::azure);
  route.endpoint = openai_endpoint(path);
  if (classic) {
    const Text rest = path.substr(at + deployments.size());
    route.model = decode_percent(rest.substr(0, rest.find('/')));
  }
  return route;
}

}  // namespace

std::string_view name_of(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::azure: return "azure";
    case Dialect::anthropic: return "anthropic";
    case Dialect::gemini: return "gemini";
    case Dialect::openai: break;
  }
  return "openai";
}

Route route_of(const http::EndpointHead& head) {
  if (const auto route = azure_route(head)) return *route;
  if (const auto route = anthropic_route(head)) return *route;
  if (const auto route = gemini_route(head)) return *route;
  Route route;
  route.endpoint = openai_endpoint(head.path());
  return route;
}

bool find_parameter(std::string_view target, std::string_view name, std::string& value) {
  const std::size_t begin = target.find('?');
  Text query = begin == target.npos ? Text() : target.substr(begin + 1);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const Text pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      value = equals == pair.npos ? Text() : pair.substr(equals + 1);
      return true;
    }
    query = end == query.npos ? Text() : query.substr(end + 1);
  }
  return false;
}

}  // namespace llmgw::mock
