// SPDX-License-Identifier: MIT
// PURE: the list of dialects.
#include "proxy/provider/registry.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/anthropic/dialect.hpp"
#include "proxy/provider/azure/dialect.hpp"
#include "proxy/provider/gemini/dialect.hpp"
#include "proxy/provider/openai/dialect.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<const Dialect*, dialect_count> all{&openai_dialect, &azure_dialect,
                                                        &anthropic_dialect, &gemini_dialect};

}  // namespace

std::span<const Dialect* const, dialect_count> dialects() noexcept { return all; }

const Dialect* find_dialect(std::string_view name) noexcept {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const Dialect* each) { return each->name == name; });
  return found == all.end() ? nullptr : *found;
}

const Dialect& client_dialect() noexcept { return openai_dialect; }

}  // namespace llmgw::proxy
