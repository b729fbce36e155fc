// SPDX-License-Identifier: MIT
// llm-proxy: environment, settings, run, exit status.
#include <unistd.h>

#include <iostream>
#include <span>

#include "common/http/probe.hpp"
#include "common/log/log.hpp"
#include "common/settings/cli.hpp"
#include "common/settings/config_schema.hpp"
#include "common/settings/env.hpp"
#include "common/system/cpu_count.hpp"
#include "common/system/secure_random.hpp"
#include "proxy/app.hpp"
#include "proxy/config.hpp"
#include "proxy/route/explain.hpp"
#include "proxy/tenant/new_key.hpp"

namespace {

namespace cli = llmgw::cli;
namespace http = llmgw::http;
namespace log = llmgw::log;
namespace proxy = llmgw::proxy;
using cli::Command;
using llmgw::Environment;
using llmgw::Faults;

constexpr std::string_view program = "llm-proxy";
constexpr std::string_view purpose =
    "Forwards OpenAI-compatible requests to a provider and meters every exchange.";
constexpr int bad_usage = 2;

int report(const Faults& faults) {
  for (const std::string& each : faults.lines) std::cerr << program << ": " << each << '\n';
  return bad_usage;
}

int print(const std::string& text) {
  std::cout << text;
  return 0;
}

int run(const proxy::Config& config, const Environment& environment) {
  log::configure(config.log.level, config.log.format);
  try {
    return proxy::App(config, environment).run();
  } catch (const std::exception& failure) {
    log::error("cannot start", {{"reason", failure.what()}});
    return 1;
  }
}

int tell(const proxy::Config& config, std::string_view request) {
  const auto text = proxy::explain(config, request);
  return text.has_error() ? report(text.error()) : print(*text);
}

int make_key(std::span<const char* const> options) {
  const auto asked = proxy::parse_new_key(options);
  if (asked.has_error()) return report(asked.error());
  llmgw::SecureRandom random;
  return print(proxy::new_key_text(*asked, [&random] { return random.next(); }));
}

// More than a key may hold is read, so that one that is too long is told from one that is not.
int hash_key() {
  std::string typed(proxy::longest_key + 3, '\0');
  std::cin.read(typed.data(), static_cast<std::streamsize>(typed.size()));
  typed.resize(static_cast<std::size_t>(std::cin.gcount()));
  const auto line = proxy::hash_line(llmgw::Secret(std::move(typed)));
  return line.has_error() ? report(line.error()) : print(*line);
}

// What needs the settings.
int start(const cli::Invocation& asked) {
  const Environment environment = Environment::of_process();
  const auto config = proxy::load_config(environment, llmgw::read_file, llmgw::usable_cpus());
  if (config.has_error()) return report(config.error());
  switch (asked.command) {
    case Command::check_config:
      return print(cli::settings_table(proxy::variables(), proxy::effective(*config), environment) +
                   cli::members_table(config->file));
    case Command::explain: return tell(*config, asked.argument);
    case Command::healthcheck:
      return http::probe(config->admin.value_or(config->listen), "/healthz") ? 0 : 1;
    default: return run(*config, environment);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto asked =
      cli::parse(std::span<const char* const>(argv + 1, argv + argc), cli::Explains::yes);
  if (asked.has_error()) return report(asked.error());
  switch (asked->command) {
    case Command::help:
      return print(cli::help(program, purpose, proxy::variables(), cli::Explains::yes));
    case Command::help_markdown:
      return print(cli::markdown_tables(proxy::variables()) + "\n" +
                   llmgw::config_table(proxy::file_members()));
    case Command::config_schema: return print(llmgw::config_schema(proxy::file_members()));
    case Command::version: return print(cli::version(program));
    case Command::new_key: return make_key(asked->options);
    case Command::hash_key: return hash_key();
    default: return start(*asked);
  }
}
