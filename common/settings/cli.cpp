// SPDX-License-Identifier: MIT
// The flags, and the texts made from a table of settings.
#include "common/settings/cli.hpp"

#include <algorithm>
#include <array>

#include "common/json/escape.hpp"

namespace llmgw::cli {
namespace {

struct Flag {
  std::string_view name;
  Command command;
  std::string_view meaning;
};

constexpr std::string_view explain_name = "--explain";

constexpr std::string_view new_key_name = "--new-key";
constexpr std::size_t shared_flags = 6;

constexpr std::array<Flag, 9> all_flags{{
    {"--help", Command::help, "print this text"},
    {"--help=markdown", Command::help_markdown, "print the settings as tables of Markdown"},
    {"--version", Command::version, "print the version"},
    {"--healthcheck", Command::healthcheck,
     "ask the running daemon; exit status 0 if well, else 1"},
    {"--check-config", Command::check_config,
     "check the environment and the configuration file, print the effective settings; exit status "
     "0 or 2"},
    {"--config-schema", Command::config_schema,
     "print the JSON Schema of the sections of the configuration file that this program reads"},
    {explain_name, Command::explain,
     "'model=NAME tenant=NAME key=ID header=NAME:VALUE': say which provider a request would meet, "
     "and why; exit status 0 or 2"},
    {new_key_name, Command::new_key,
     "--tenant NAME [--id NAME] [--test]: make a gateway key; print it, this once, and its entry "
     "for the section keys of the configuration file"},
    {"--hash-key", Command::hash_key,
     "print the line `hash` of such an entry for the key that is read from standard input"},
}};

std::span<const Flag> flags_of(Explains explains) {
  return std::span(all_flags).first(explains == Explains::yes ? all_flags.size() : shared_flags);
}

std::string without_backticks(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '`');
  return plain;
}

// Lines of at most 80 columns, broken at spaces.
void append_wrapped(std::string_view words, std::size_t indent, std::string& text) {
  const std::size_t room = 80 - indent;
  while (!words.empty()) {
    std::size_t end = words.size();
    if (end > room) end = words.rfind(' ', room);
    if (end == words.npos) end = std::min(words.find(' '), words.size());
    text.append(indent, ' ').append(words.substr(0, end)).append("\n");
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

void append_row(std::string_view name, std::string_view value, std::string_view from,
                std::string& text) {
  constexpr std::size_t name_width = 30;
  constexpr std::size_t value_width = 34;
  const auto pad = [&text](std::size_t used, std::size_t width) {
    text.append(used < width ? width - used : 1, ' ');
  };
  text.append("  ").append(name);
  pad(name.size(), name_width);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::string shown;
  if (std::any_of(value.begin(), value.end(), is_control)) {
    append_json_string(value, shown);
  } else {
    shown = value.empty() ? "-" : value;
  }
  text.append(shown);
  pad(shown.size(), value_width);
  text.append(from).append("\n");
}

Faults fault(std::string text) { return {{std::move(text)}}; }

}  // namespace

Checked<Invocation> parse(std::span<const char* const> arguments, Explains explains) {
  if (arguments.empty()) return Invocation{};
  const std::string_view argument = arguments.front();
  const auto flags = flags_of(explains);
  if (argument == explain_name && explains == Explains::yes) {
    if (arguments.size() == 2) return Invocation{Command::explain, arguments[1]};
    return fault(
        "--explain needs one argument, such as 'model=gpt-4o header=X-LLM-Provider:local'");
  }
  if (argument == new_key_name && explains == Explains::yes)
    return Invocation{Command::new_key, {}, arguments.subspan(1)};
  if (arguments.size() > 1) return fault("one option at most; --help lists them");
  const auto found = std::find_if(flags.begin(), flags.end(),
                                  [argument](const Flag& flag) { return flag.name == argument; });
  if (found != flags.end()) return Invocation{found->command};

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
                 std::span<const Variable> variables, Explains explains) {
  std::string text = version(program);
  text.append(purpose).append("\n\nUsage: ").append(program).append(" [OPTION]\n\n");
  for (const Flag& flag : flags_of(explains)) {
    std::string meaning;
    append_wrapped(flag.meaning, 20, meaning);
    text.append("  ").append(flag.name).append(meaning, 2 + flag.name.size());
  }
  text +=
      "\nWithout an option it runs until SIGTERM or SIGINT. Settings are environment variables,\n"
      "read once at start; one that is empty counts as not set.\n";
  for (const Variable& variable : variables) {
    if (!variable.group.empty()) text.append("\n").append(variable.group).append("\n");
    text.append("  ").append(variable.name);
    text.append(" (").append(variable.value.empty() ? "" : "default ");
    text.append(variable.shown_default()).append(")\n");
    append_wrapped(without_backticks(variable.meaning), 6, text);
  }
  text +=
      "\nDurations are written 500ms, 2s or 1m30s; sizes in bytes or as 256KB, 64MB, 1GB.\n"
      "\nExit status\n"
      "  0  ended in good order, or did what was asked\n"
      "  1  cannot start: an address is taken, or a folder cannot be used;\n"
      "     --healthcheck: the daemon does not answer\n"
      "  2  an option, a setting or a file that a setting names is not acceptable\n";
  return text;
}

std::string version(std::string_view program) {
  std::string text(program);
  return text.append(" ").append(LLMGW_VERSION).append("\n");
}

std::string markdown_tables(std::span<const Variable> variables) {
  std::string text;
  for (const Variable& variable : variables) {
    if (!variable.group.empty()) {
      text.append(text.empty() ? "" : "\n").append("### ").append(variable.group);
      text.append("\n\n| variable | default | meaning |\n|---|---|---|\n");
    }
    const std::string_view quote = variable.value.empty() ? "" : "`";
    text.append("| `").append(variable.name).append("` | ").append(quote);
    text.append(variable.shown_default()).append(quote).append(" | ");
    text.append(variable.meaning).append(" |\n");
  }
  return text;
}

std::string settings_table(std::span<const Variable> variables,
                           std::span<const EffectiveSetting> settings,
                           const Environment& environment) {
  std::string text;
  append_row("VARIABLE", "VALUE", "SET BY", text);
  for (const Variable& variable : variables) {
    if (!variable.group.empty()) text.append("\n").append(variable.group).append("\n");
    const auto found =
        std::find_if(settings.begin(), settings.end(),
                     [&](const EffectiveSetting& each) { return each.name == variable.name; });
    if (found == settings.end()) continue;
    append_row(found->name, found->value,
               environment.find(variable.name) ? "environment" : "default", text);
  }
  return text;
}

std::string members_table(const ConfigOrigin& file) {
  if (file.path.empty()) return {};
  std::string text = "\n";
  append_row("MEMBER OF THE FILE", "VALUE", "SET BY", text);
  for (const EffectiveMember& each : file.effective)
    append_row(each.path, each.value, each.by, text);
  return text;
}

}  // namespace llmgw::cli
