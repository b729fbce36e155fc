// SPDX-License-Identifier: MIT
// mock-upstream: one server a thread, ended at once by a signal.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "common/async/signals.hpp"
#include "common/http/probe.hpp"
#include "common/log/log.hpp"
#include "common/net/listener.hpp"
#include "tests/mock_upstream/command_line.hpp"
#include "tests/mock_upstream/mock.hpp"

namespace llmgw::mock {
namespace {

struct Worker {
  explicit Worker(Shared& shared) : handler(shared), server(loop, handler) {}

  Loop loop;
  Mock handler;
  http::EndpointServer server;
};

int complain(std::string_view what, const boost::system::error_code& code) {
  log::error(what, {{"reason", code.message()}});
  return EXIT_FAILURE;
}

// Serves until a signal comes. Tests rely on a quick end, so nothing is waited for.
int serve(const CommandLine& line) {
  Loop signals_loop;
  const Signals signals(signals_loop, [](int) { std::_Exit(EXIT_SUCCESS); });

  Shared shared;
  shared.wanted_key = line.key;
  shared.of_models = line.of_models;
  if (!line.record.empty()) {
    const auto opened = shared.recorder.open(line.record);
    if (opened.has_error()) return complain("record not opened", opened.error());
  }
  const auto endpoints = reserve_addresses(line.listen);
  if (endpoints.has_error()) return complain("listening failed", endpoints.error());
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned count = 0; count < line.threads; ++count) {
    Worker& worker = *workers.emplace_back(std::make_unique<Worker>(shared));
    for (const auto& endpoint : *endpoints) {
      auto listener = Listener::open(worker.loop, endpoint);
      if (listener.has_error()) return complain("listening failed", listener.error());
      worker.server.start(std::move(*listener));
    }
  }
  std::vector<std::jthread> threads;
  for (const auto& worker : workers) {
    threads.emplace_back([&loop = worker->loop] { loop.run(); });
  }
  for (const auto& each : *endpoints)
    log::info("listening", {{"listener", "traffic"}, {"address", to_string(each)}});
  signals_loop.run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace llmgw::mock

int main(int count, char** arguments) {
  using namespace llmgw;
  const std::vector<const char*> given(arguments + 1, arguments + count);
  const auto line = mock::parse_command_line(given);
  if (line.has_error()) {
    std::fprintf(stderr, "%s\n", line.error().lines.front().c_str());
    return 2;
  }
  if (line->help) {
    std::fputs(mock::help_text().c_str(), stdout);
    return EXIT_SUCCESS;
  }
  if (line->healthcheck)
    return http::probe(*line->healthcheck, "/healthz") ? EXIT_SUCCESS : EXIT_FAILURE;
  return mock::serve(*line);
}
