// SPDX-License-Identifier: MIT
// PURE: the settings of who may call: gateway keys, as the file has them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/system/sha256.hpp"
#include "quota/limit_settings.hpp"

namespace llmgw::proxy {

/// What becomes of a request without a key that is known.
enum class KeyMode : std::uint8_t {
  off,       ///< nobody looks
  observe,   ///< it is served, and counted
  required,  ///< it is refused
};
inline constexpr std::array<std::pair<std::string_view, KeyMode>, 3> key_modes{
    {{"off", KeyMode::off}, {"observe", KeyMode::observe}, {"required", KeyMode::required}}};

/// What a tenant that a field of the request names counts beside that of its key.
enum class TenantHeader : std::uint8_t {
  refuse,  ///< another one is refused
  ignore,
  trust,  ///< it is the tenant, if the key's patterns have it
};
inline constexpr std::array<std::string_view, 3> tenant_header_words{"refuse", "ignore", "trust"};

/// One key. What it consists of is nowhere in this process: only its digest is.
struct KeySettings {
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  std::string id = {};  ///< for events, logs and metrics; no two are the same
  Sha256Digest hash = {};
  std::string tenant = {};
  std::vector<std::string> models = {};  ///< exact, or a prefix with `*` at its end; empty: all
  std::optional<Time> not_before = {};   ///< from then on
  std::optional<Time> expires = {};      ///< until then
  bool is_disabled = false;
  TenantHeader tenant_header = TenantHeader::refuse;
  std::vector<std::string> tenants = {};  ///< the same for `trust`
  quota::KeyLimits limits = {};           ///< with the same id
};

using KeyList = std::vector<KeySettings>;
/// Shared by whoever goes by it; never null.
using KeyListPointer = std::shared_ptr<const KeyList>;

}  // namespace llmgw::proxy
