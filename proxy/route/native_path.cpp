// SPDX-License-Identifier: MIT
// The paths of each API.
#include "proxy/route/native_path.hpp"

#include <algorithm>
#include <array>

#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

// Whether `path` is `place` or lies below it.
bool is_at(std::string_view path, std::string_view place) noexcept {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool remove_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// `NAME:VERB`, with nothing else around.
NativePath gemini_call(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 3> versions{"/v1/", "/v1beta/", "/v1alpha/"};
  NativePath found{.dialect = ClientDialect::gemini};
  const auto is_removed = [&path](std::string_view version) {
    return remove_prefix(path, version);
  };
  if (std::none_of(versions.begin(), versions.end(), is_removed)) return {};
  if (!remove_prefix(path, "models/") && !remove_prefix(path, "tunedModels/")) return {};
  const std::size_t colon = path.find(':');
  if (colon == path.npos) return {};
  found.model = path.substr(0, colon);
  found.verb = path.substr(colon + 1);
  const bool is_name = !found.model.empty() && found.model.find('/') == found.model.npos;
  const bool is_verb = !found.verb.empty() && std::ranges::all_of(found.verb, is_letter);
  if (!is_name || !is_verb) return {};
  found.is_stream = found.verb == "streamGenerateContent";
  return found;
}

bool is_gemini_place(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 5> places{"/v1beta", "/v1alpha", "/upload/v1",
                                                   "/upload/v1beta", "/upload/v1alpha"};
  return std::ranges::any_of(places, [path](std::string_view place) { return is_at(path, place); });
}

// Nearly every request: what others have below /v1 begins with `messages`, `models`, `tunedModels`.
bool is_surely_of_openai(std::string_view path) noexcept {
  constexpr std::string_view version = "/v1/";
  if (!path.starts_with(version) || path.size() == version.size()) return false;
  return path[version.size()] != 'm' && path[version.size()] != 't';
}

NativePath azure_path(std::string_view path) noexcept {
  NativePath found{.dialect = ClientDialect::azure};
  if (!remove_prefix(path, "/openai/deployments/")) return found;
  const std::size_t slash = path.find('/');
  if (slash == path.npos || slash == 0) return found;
  found.model = path.substr(0, slash);
  found.verb = path.substr(slash + 1);
  return found;
}

bool names_version(const http::Head& head) noexcept {
  return std::ranges::any_of(head.fields, [](const http::Field& each) {
    return equals_ignoring_case(each.name, "anthropic-version");
  });
}

}  // namespace

NativePath classify(std::string_view method, std::string_view path) noexcept {
  if (is_surely_of_openai(path)) return {};
  if (is_at(path, "/v1/messages")) return {.dialect = ClientDialect::anthropic};
  if (is_at(path, "/openai")) return azure_path(path);
  if (method == "POST") {
    if (const NativePath call = gemini_call(path); !call.verb.empty()) return call;
  }
  if (is_gemini_place(path)) return {.dialect = ClientDialect::gemini};
  return {};
}

NativePath classify(const http::RequestHead& head) noexcept {
  const std::string_view path = head.path();
  const bool asks_for_models = head.method == "GET" && is_at(path, "/v1/models");
  if (asks_for_models && names_version(head)) return {.dialect = ClientDialect::anthropic};
  return classify(head.method, path);
}

}  // namespace llmgw::proxy
