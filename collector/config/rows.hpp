// SPDX-License-Identifier: MIT
// PURE: the rows of the collector's table of variables, a file a group.
#pragma once

#include <span>

#include "collector/config.hpp"
#include "common/settings/setting.hpp"

namespace llmgw::collector {

using Row = Setting<Config>;

// The groups in their order.
std::span<const Row> receiving_rows() noexcept;
std::span<const Row> storing_rows() noexcept;
std::span<const Row> asking_rows() noexcept;
std::span<const Row> lending_rows() noexcept;
std::span<const Row> reconciling_rows() noexcept;

}  // namespace llmgw::collector
