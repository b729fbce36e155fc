// SPDX-License-Identifier: MIT
// The list, and what all of them need.
#include "collector/command/commands.hpp"

#include <algorithm>
#include <array>

#include "collector/command/backup.hpp"
#include "collector/command/import.hpp"
#include "collector/command/migrate.hpp"
#include "collector/command/reconcile.hpp"
#include "collector/command/report.hpp"
#include "collector/command/reprice.hpp"
#include "collector/command/token.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<cli::Errand, 6> errands{{
    {"import FILE...",
     "store the events of NDJSON files, plain or in gzip or zstd; of standard input with "
     "--from-stdin. May be done twice"},
    {"backup FILE", "copy the store into a new file, also while a collector writes to it"},
    {"migrate", "change the tables of an older store; with --dry-run only say which steps are due"},
    {"reprice --from TIME",
     "compute the costs of stored events anew, by the prices of GATEWAY_CONFIG; with --to TIME, "
     "--provider NAME, --model NAME, --only-unpriced of fewer, with --dry-run only say what would "
     "change"},
    {"reconcile --provider openai|anthropic",
     "hold the store against the provider's usage and costs of the day before yesterday, or of "
     "--from DAY --to DAY, with --tolerance, --format text|json|csv, --project, --api-key-id, "
     "--workspace, --model, --no-store; exits with 3 where they differ"},
    {"token NAME --scope SCOPE",
     "make a token for the query API; the scope is admin, or tenant=NAME,NAME"},
}};

using Run = int (*)(std::span<const char* const> rest, const Config& config);
constexpr std::array<std::pair<std::string_view, Run>, 6> calls{{
    {"import", run_import},
    {"backup", run_backup},
    {"migrate", run_migrate},
    {"reprice", run_reprice},
    {"reconcile", run_reconcile},
    {"token", run_token},
}};

const auto* find(std::span<const char* const> arguments) noexcept {
  const std::string_view name = arguments.empty() ? std::string_view() : arguments.front();
  return std::find_if(calls.begin(), calls.end(),
                      [name](const auto& each) { return each.first == name; });
}

}  // namespace

std::span<const cli::Errand> commands() noexcept { return errands; }

bool is_command(std::span<const char* const> arguments) noexcept {
  return find(arguments) != calls.end();
}

int run_command(std::span<const char* const> arguments, const Config& config) {
  const auto* const command = find(arguments);
  if (config.store_url.empty() && command->second != run_token) {
    complain("STORE_URL: must be set, for there is no other store to work on");
    return bad_usage_status;
  }
  return command->second(arguments.subspan(1), config);
}

}  // namespace llmgw::collector
