// SPDX-License-Identifier: MIT
// PURE: the facts about Gemini's API.
#include "proxy/provider/gemini/dialect.hpp"

#include "proxy/provider/gemini/models.hpp"
#include "proxy/provider/gemini/request_reader.hpp"
#include "proxy/provider/gemini/translation.hpp"
#include "proxy/provider/gemini/usage_reader.hpp"
#include "proxy/provider/target.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

NativePath native_path(std::string_view target) noexcept {
  return classify("POST", parts_of(target).path);
}

// Some write a version into the address; the target has one.
std::string_view without_version(std::string_view prefix) noexcept {
  for (const std::string_view version : {"/v1beta", "/v1alpha"}) {
    if (prefix.ends_with(version)) return prefix.substr(0, prefix.size() - version.size());
  }
  return prefix;
}

bool has_target(const TargetPlace&, std::string_view target) noexcept {
  return native_path(target).dialect == ClientDialect::gemini;
}

void append_target(std::string& out, const TargetPlace& place, std::string_view target) {
  out.append(without_version(place.prefix));
  append_with_model(out, target, native_path(target).model, place.model);
}

StatusMeaning meaning_of(int) noexcept { return StatusMeaning::final; }

}  // namespace

constinit const Dialect gemini_dialect{
    .number = 3,
    .name = "gemini",
    .credentials = {.field = "x-goog-api-key", .scheme = ""},
    .other_credentials = {},
    .defaults = {},
    .has_target = has_target,
    .append_target = append_target,
    .meaning_of = meaning_of,
    .requests = gemini_request_reader,
    .usage = gemini_usage_reader,
    .usage_edit = nullptr,
    .models = gemini_models,
    .translation = gemini_translation,
};

}  // namespace llmgw::proxy
