// SPDX-License-Identifier: MIT
// PURE: the rows of the proxy's table of variables, a file a group.
#pragma once

#include <span>

#include "common/settings/setting.hpp"
#include "proxy/config.hpp"

namespace llmgw::proxy {

using Row = Setting<Config>;

// The groups in their order. `upstream_rows` fill Config::of_variables.
std::span<const Row> listening_rows() noexcept;
std::span<const Row> upstream_rows() noexcept;
std::span<const Row> metering_rows() noexcept;
std::span<const Row> delivery_rows() noexcept;
std::span<const Row> limit_rows() noexcept;
std::span<const Row> tenant_limit_rows() noexcept;
std::span<const Row> log_rows() noexcept;
std::span<const Row> key_rows() noexcept;
std::span<const Row> jwt_rows() noexcept;

}  // namespace llmgw::proxy
