// SPDX-License-Identifier: MIT
// llm-proxy: environment, settings, run, exit status.
#include <unistd.h>

#include <iostream>
#include <span>

#include "common/http/probe.hpp"
#include "common/log/log.hpp"
#include "common/settings/cli.hpp"
#include "common/settings/env.hpp"
#include "common/system/cpu_count.hpp"
#include "proxy/app.hpp"
#include "proxy/config.hpp"

namespace {

constexpr std::string_view program = "llm-proxy";
constexpr std::string_view purpose =
    "Forwards OpenAI-compatible requests to a provider and meters every exchange.";
constexpr int bad_usage = 2;

int report(const llmgw::Faults& faults) {
  for (const std::string& each : faults.lines) std::cerr << program << ": " << each << '\n';
  return bad_usage;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace llmgw;
  using cli::Command;
  const auto command = cli::parse(std::span<const char* const>(argv + 1, argv + argc));
  if (command.has_error()) return report(command.error());
  if (*command == Command::help) {
    std::cout << cli::help(program, purpose, proxy::variables());
    return 0;
  }
  if (*command == Command::help_markdown) {
    std::cout << cli::markdown_tables(proxy::variables());
    return 0;
  }
  if (*command == Command::version) {
    std::cout << cli::version(program);
    return 0;
  }
  const Environment environment = Environment::of_process();
  const auto config = proxy::load_config(environment, read_file, usable_cpus());
  if (config.has_error()) return report(config.error());
  if (*command == Command::check_config) {
    std::cout << cli::settings_table(proxy::variables(), proxy::effective(*config), environment);
    return 0;
  }
  if (*command == Command::healthcheck) {
    return http::probe(config->admin.value_or(config->listen), "/healthz") ? 0 : 1;
  }
  log::configure(config->log.level, config->log.format);
  try {
    return proxy::App(*config).run();
  } catch (const std::exception& failure) {
    log::error("cannot start", {{"reason", failure.what()}});
    return 1;
  }
}
