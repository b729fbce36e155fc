// SPDX-License-Identifier: MIT
// PURE: the facts about OpenAI's API.
#include "proxy/provider/openai/dialect.hpp"

#include <algorithm>

#include "proxy/provider/openai/models.hpp"
#include "proxy/provider/openai/rate_limits.hpp"
#include "proxy/provider/openai/request_reader.hpp"
#include "proxy/provider/openai/usage_edit.hpp"
#include "proxy/provider/openai/usage_reader.hpp"
#include "proxy/provider/target.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view azure_root = "/openai/";

bool has_target(const TargetPlace&, std::string_view) noexcept { return true; }

// What Azure's clients ask for has the same answer here; the body names the model as well.
void append_target_of_azure(std::string& out, std::string_view target) {
  TargetParts parts = parts_of(target);
  const NativePath native = classify({}, parts.path);
  parts.path.remove_prefix(azure_root.size());
  if (parts.path.starts_with("v1/")) parts.path.remove_prefix(std::string_view("v1/").size());
  out.append("/v1/").append(native.model.empty() ? parts.path : native.verb);
  append_without_parameter(out, parts.query, "api-version");
}

void append_bare(std::string& out, std::string_view target) {
  if (target.starts_with(azure_root)) return append_target_of_azure(out, target);
  out.append(target);
}

// A prefix with a version of its own has it in the place of /v1: /api/paas/v4, and Google's
// /v1beta/openai.
bool ends_in_version(std::string_view prefix) noexcept {
  constexpr std::string_view api = "/openai";
  if (prefix.ends_with(api)) prefix.remove_suffix(api.size());
  const std::string_view last = prefix.substr(std::min(prefix.rfind('/'), prefix.size()));
  return last.size() > 2 && last[1] == 'v' && last[2] >= '0' && last[2] <= '9';
}

void append_below(std::string& out, std::string_view prefix, std::string_view target) {
  constexpr std::string_view version = "/v1";
  out.append(prefix);
  const std::size_t begin = out.size();
  append_bare(out, target);
  const std::string_view appended = std::string_view(out).substr(begin);
  if (appended.starts_with("/v1/") && ends_in_version(prefix)) out.erase(begin, version.size());
}

void append_target(std::string& out, const TargetPlace& place, std::string_view target) {
  if (!place.prefix.empty()) return append_below(out, place.prefix, target);
  append_bare(out, target);
}

// A member that a server does not know is a bad request to some, and to validators content that
// cannot be processed.
StatusMeaning meaning_of(int status) noexcept {
  return status == 400 || status == 422 ? StatusMeaning::may_be_refusal : StatusMeaning::final;
}

}  // namespace

constinit const Dialect openai_dialect{
    .number = 0,
    .name = "openai",
    .credentials = {.field = "Authorization", .scheme = "Bearer "},
    .other_credentials = {},
    .defaults = {},
    .has_target = has_target,
    .append_target = append_target,
    .meaning_of = meaning_of,
    .requests = openai_request_reader,
    .usage = openai_usage_reader,
    .usage_edit = &openai_usage_edit,
    .models = openai_models,
    .continuous_usage_edit = &openai_continuous_usage_edit,
    .limits = openai_rate_limits,
    .counted_requests = &counted_request_reader,
};

}  // namespace llmgw::proxy
