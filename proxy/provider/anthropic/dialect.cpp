// SPDX-License-Identifier: MIT
// PURE: the facts about Anthropic's API.
#include "proxy/provider/anthropic/dialect.hpp"

#include <array>

#include "proxy/provider/anthropic/models.hpp"
#include "proxy/provider/anthropic/rate_limits.hpp"
#include "proxy/provider/anthropic/request_reader.hpp"
#include "proxy/provider/anthropic/translation.hpp"
#include "proxy/provider/anthropic/usage_reader.hpp"
#include "proxy/provider/target.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<DefaultField, 1> defaults{
    {{.name = "anthropic-version", .value = "2023-06-01"}}};

bool has_target(const TargetPlace&, std::string_view target) noexcept {
  constexpr std::string_view models = "/v1/models";
  const std::string_view path = parts_of(target).path;
  if (classify("GET", path).dialect == ClientDialect::anthropic) return true;
  return path.starts_with(models) && (path.size() == models.size() || path[models.size()] == '/');
}

void append_target(std::string& out, const TargetPlace& place, std::string_view target) {
  out.append(place.prefix).append(target);
}

StatusMeaning meaning_of(int) noexcept { return StatusMeaning::final; }

}  // namespace

constinit const Dialect anthropic_dialect{
    .number = 2,
    .name = "anthropic",
    .credentials = {.field = "x-api-key", .scheme = ""},
    .other_credentials = {.field = "Authorization", .scheme = "Bearer "},
    .defaults = defaults,
    .has_target = has_target,
    .append_target = append_target,
    .meaning_of = meaning_of,
    .requests = anthropic_request_reader,
    .usage = anthropic_usage_reader,
    .usage_edit = nullptr,
    .models = anthropic_models,
    .inclusive_usage = &anthropic_inclusive_usage_reader,
    .translation = anthropic_translation,
    .limits = anthropic_rate_limits,
};

}  // namespace llmgw::proxy
