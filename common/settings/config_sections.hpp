// SPDX-License-Identifier: MIT
// PURE: the sections of the configuration file by name. A daemon reads those that it needs and
// leaves the others to the other one.
#pragma once

#include <array>
#include <string_view>

#include "common/settings/config_reader.hpp"

namespace llmgw {

/// All of them, whoever reads them. A new one also gets its row, in a file of the folder that uses
/// it.
inline constexpr std::array<std::string_view, 13> config_sections{
    "version",          "defaults", "providers", "models",   "routes",
    "default_provider", "plans",    "tenants",   "currency", "prices",
    "discounts",        "unpriced", "keys"};

/// The members of `defaults` that are the proxy's alone.
inline constexpr std::array<std::string_view, 6> proxy_defaults{
    "timeouts", "cooldown", "retry", "on_unsupported", "reasoning_output", "signatures"};

/// The same of an entry of `keys`.
inline constexpr std::array<std::string_view, 9> proxy_key_members{
    "id",      "hash",     "tenant",        "models", "not_before",
    "expires", "disabled", "tenant_header", "tenants"};

/// `version: 1`, which both daemons read and nothing depends on yet.
template <class T>
constexpr Member<T> version_section() {
  return {{.name = "version",
           .value = "",
           .meaning = "of the form of this file: `1`. Of several files one needs to say it",
           .form = {.shape = Form::Shape::number, .least = 1, .most = 1},
           .is_required = true},
          [](ConfigReader&, const ConfigValue&, T&) {}};
}

}  // namespace llmgw
