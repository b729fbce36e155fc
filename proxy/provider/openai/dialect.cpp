// SPDX-License-Identifier: MIT
// PURE: the facts about OpenAI's API.
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

void append_target(std::string& out, const TargetPlace& place, std::string_view target) {
  out.append(place.prefix);
  if (target.starts_with(azure_root)) return append_target_of_azure(out, target);
  out.append(target);
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
    .limits = openai_rate_limits,
};

}  // namespace llmgw::proxy
