// SPDX-License-Identifier: MIT
// PURE: the facts about Azure.
#include "proxy/provider/azure/dialect.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/openai/dialect.hpp"
#include "proxy/provider/openai/models.hpp"
#include "proxy/provider/openai/rate_limits.hpp"
#include "proxy/provider/openai/request_reader.hpp"
#include "proxy/provider/openai/usage_edit.hpp"
#include "proxy/provider/openai/usage_reader.hpp"
#include "proxy/provider/target.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view version_parameter = "api-version";
constexpr std::string_view root = "/openai";
constexpr std::string_view client_root = "/v1/";

// What is asked of one deployment, and not of the resource; a place without a model sends it to the
// resource.
constexpr std::array<std::string_view, 8> deployment_verbs{
    "chat/completions",   "completions",  "embeddings",         "audio/transcriptions",
    "audio/translations", "audio/speech", "images/generations", "images/edits"};

bool is_of_deployment(std::string_view verb) noexcept {
  return std::ranges::find(deployment_verbs, verb) != deployment_verbs.end();
}

bool is_of_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool is_deployment(std::string_view name) noexcept {
  return std::ranges::all_of(name, is_of_name) && name.find_first_not_of('.') != name.npos;
}

// Some write Azure's own root into the address.
std::string_view without_root(std::string_view prefix) noexcept {
  if (prefix.ends_with(root)) prefix.remove_suffix(root.size());
  return prefix;
}

void append_classic(std::string& out, const TargetPlace& place, const TargetParts& target) {
  const std::string_view verb = target.path.substr(client_root.size());
  out.append(root);
  if (is_of_deployment(verb)) {
    out.append("/deployments/");
    append_segment(out, place.model);
  }
  out.append("/").append(verb).append(target.query);
  if (has_parameter(target.query, version_parameter)) return;
  out.append(target.query.empty() ? "?" : "&").append(version_parameter).append("=");
  out.append(place.api_version);
}

void append_target(std::string& out, const TargetPlace& place, std::string_view target) {
  const TargetParts parts = parts_of(target);
  const NativePath native = classify({}, parts.path);
  out.append(without_root(place.prefix));
  if (native.dialect == ClientDialect::azure)
    return append_with_model(out, target, native.model, place.model);
  if (!place.api_version.empty() && parts.path.starts_with(client_root))
    return append_classic(out, place, parts);
  out.append(root).append(target);
}

bool has_target(const TargetPlace& place, std::string_view target) noexcept {
  const std::string_view path = parts_of(target).path;
  const ClientDialect dialect = classify("POST", path).dialect;
  if (dialect == ClientDialect::azure) return true;
  if (dialect != ClientDialect::openai || !path.starts_with(client_root)) return false;
  if (place.api_version.empty() || !is_of_deployment(path.substr(client_root.size()))) return true;
  return is_deployment(place.model);
}

StatusMeaning meaning_of(int status) noexcept { return openai_dialect.meaning_of(status); }

}  // namespace

constinit const Dialect azure_dialect{
    .number = 1,
    .name = "azure",
    .credentials = {.field = "api-key", .scheme = ""},
    .other_credentials = {.field = "Authorization", .scheme = "Bearer "},
    .defaults = {},
    .has_target = has_target,
    .append_target = append_target,
    .meaning_of = meaning_of,
    .requests = openai_request_reader,
    .usage = openai_usage_reader,
    .usage_edit = &openai_usage_edit,
    .models = openai_models,
    .limits = openai_rate_limits,
};

}  // namespace llmgw::proxy
