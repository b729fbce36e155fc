// SPDX-License-Identifier: MIT
// The flags, and the texts made from a table of settings.
#include "common/cli.hpp"

#include <algorithm>
#include <array>

#include "common/json_escape.hpp"

namespace llmgw::cli {
namespace {

struct Flag {
  std::string_view name;
  Command command;
  std::string_view meaning;
};

constexpr std::array<Flag, 4> flags{{
    {"--help", Command::help, "print this text"},
    {"--version", Command::version, "print the version"},
    {"--healthcheck", Command::healthcheck,
     "ask the running daemon; exit status 0 if well, else 1"},
    {"--check-config", Command::check_config,
     "check the environment and print the effective settings; exit status 0 or 2"},
}};

std::string without_backticks(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '`');
  return plain;
}

Faults fault(std::string text) { return {{std::move(text)}}; }

}  // namespace

Checked<Command> parse(std::span<const char* const> arguments) {
  if (arguments.empty()) return Command::run;
  if (arguments.size() > 1) return fault("one option at most; --help lists them");
  const std::string_view argument = arguments.front();
  const auto found = std::find_if(flags.begin(), flags.end(),
                                  [argument](const Flag& flag) { return flag.name == argument; });
  if (found != flags.end()) return found->command;

  std::string line = "unknown option ";
  append_json_string(bounded(argument, 100), line);
  line += ": accepted are";
  for (const Flag& flag : flags) {
    line += ' ';
    line += flag.name;
  }
  return fault(std::move(line));
}

std::string help(std::string_view program, std::string_view purpose,
                 std::span<const Variable> variables) {
  std::string text = version(program);
  text.append(purpose).append("\n\nUsage: ").append(program);
  text += " [--help | --version | --healthcheck | --check-config]\n\n";
  for (const Flag& flag : flags) {
    text.append("  ").append(flag.name).append(16 - flag.name.size(), ' ');
    text.append(flag.meaning).append("\n");
  }
  text += "\nWithout an option it runs until SIGTERM. Settings are environment variables:\n";
  for (const Variable& variable : variables) {
    text.append("\n  ").append(variable.name);
    text.append(" (").append(variable.value.empty() ? "" : "default ");
    text.append(variable.shown_default()).append(")\n      ");
    text.append(without_backticks(variable.meaning)).append("\n");
  }
  text += "\nDurations are written 500ms, 2s or 1m30s; sizes in bytes or as 256KB, 64MB, 1GB.\n";
  return text;
}

std::string version(std::string_view program) {
  std::string text(program);
  return text.append(" ").append(LLMGW_VERSION).append("\n");
}

std::string markdown_table(std::span<const Variable> variables) {
  std::string text = "| variable | default | meaning |\n|---|---|---|\n";
  for (const Variable& variable : variables) {
    const std::string_view quote = variable.value.empty() ? "" : "`";
    text.append("| `").append(variable.name).append("` | ").append(quote);
    text.append(variable.shown_default()).append(quote).append(" | ");
    text.append(variable.meaning).append(" |\n");
  }
  return text;
}

}  // namespace llmgw::cli
