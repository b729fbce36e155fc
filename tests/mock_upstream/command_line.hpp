// SPDX-License-Identifier: MIT
// PURE: the command line of mock-upstream.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/settings/listen_address.hpp"
#include "common/settings/settings.hpp"
#include "tests/mock_upstream/behaviour.hpp"

namespace llmgw::mock {

struct CommandLine {
  ListenAddress listen{.host = "127.0.0.1", .port = 0};
  unsigned threads = 1;
  std::string record;                        ///< empty: nothing is recorded
  std::string key;                           ///< the one credential that is good; empty: any
  Behaviour of_models;                       ///< of lists of models, unless X-Mock says another
  std::optional<ListenAddress> healthcheck;  ///< ask the mock that listens there
  bool help = false;
};

/// `arguments`: without the program's name.
Checked<CommandLine> parse_command_line(std::span<const char* const> arguments);

/// What --help prints: the flags, the endpoints and every option of a behaviour.
std::string help_text();

}  // namespace llmgw::mock
