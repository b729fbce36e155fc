// SPDX-License-Identifier: MIT
// llm-collector: environment, settings, run, exit status.
#include <cstdio>
#include <exception>
#include <span>
#include <string>

#include "collector/app.hpp"
#include "collector/command/commands.hpp"
#include "collector/config.hpp"
#include "common/http/probe.hpp"
#include "common/log/log.hpp"
#include "common/settings/cli.hpp"
#include "common/settings/config_schema.hpp"
#include "common/settings/env.hpp"
#include "common/system/read_file.hpp"

namespace {

constexpr std::string_view program = "llm-collector";
constexpr std::string_view purpose = "Receives metering events and stores them.";
constexpr int failure_status = 1;
constexpr int bad_usage_status = 2;

int report(const llmgw::Faults& faults, int status) {
  std::string text;
  for (const std::string& each : faults.lines)
    text.append(program).append(": ").append(each).append("\n");
  std::fputs(text.c_str(), stderr);
  return status;
}

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

int run(const llmgw::collector::Config& config, const llmgw::Environment& environment) {
  llmgw::log::configure(config.log.level, config.log.format);
  try {
    return llmgw::collector::App(config, environment).run();
  } catch (const std::exception& failure) {
    llmgw::log::error("failed", {{"reason", failure.what()}});
    return failure_status;
  }
}

int run_command(std::span<const char* const> arguments) {
  const auto environment = llmgw::Environment::of_process();
  const auto config = llmgw::collector::load_config(environment, llmgw::read_file);
  if (!config) return report(config.error(), bad_usage_status);
  llmgw::log::configure(llmgw::log::Level::warn, config->log.format);
  return llmgw::collector::run_command(arguments, *config);
}

}  // namespace

int main(int argc, char** argv) {
  namespace cli = llmgw::cli;
  namespace collector = llmgw::collector;
  using cli::Command;
  const std::span<const char* const> arguments(argv + 1, argv + argc);
  if (collector::is_command(arguments)) return run_command(arguments);
  const auto asked = cli::parse(arguments);
  if (!asked) return report(asked.error(), bad_usage_status);
  const Command command = asked->command;
  if (command == Command::help)
    return print(cli::help(program, purpose, collector::variables(), cli::Explains::no,
                           collector::commands()));
  if (command == Command::help_markdown)
    return print(cli::markdown_tables(collector::variables()) + "\n" +
                 llmgw::config_table(collector::file_members()));
  if (command == Command::config_schema)
    return print(llmgw::config_schema(collector::file_members()));
  if (command == Command::version) return print(cli::version(program));
  const bool is_healthcheck = command == Command::healthcheck;
  const auto environment = llmgw::Environment::of_process();
  const auto config = collector::load_config(environment, llmgw::read_file);
  if (!config) return report(config.error(), is_healthcheck ? failure_status : bad_usage_status);
  if (command == Command::check_config) {
    return print(
        cli::settings_table(collector::variables(), collector::effective(*config), environment) +
        cli::members_table(config->file));
  }
  if (is_healthcheck) return llmgw::http::probe(config->listen, "/healthz") ? 0 : failure_status;
  return run(*config, environment);
}
