// SPDX-License-Identifier: MIT
// bench-load [CERTIFICATE KEY]: clients and upstream of all measurements in one process, so that
// both ends share a clock. Prints the upstream's ports, then answers each line of stdin (see
// cell.hpp) with one line of JSON.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>

#include "bench/load/run_cell.hpp"

namespace {

using namespace llmgw::bench;

void prepare_process() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::prctl(PR_SET_TIMERSLACK, 1);  // chunks leave when they are due, not up to 50 us later
}

void say(const std::string& line) { std::cout << line << std::endl; }

void wait_for_line() {
  say(R"({"held":true})");
  std::string line;
  std::getline(std::cin, line);
}

int serve(SSL_CTX* tls) {
  Reactor reactor;
  Upstream plain(reactor, nullptr);
  Upstream secured(reactor, tls);
  say("{\"plain\":" + std::to_string(plain.port()) + ",\"tls\":" + std::to_string(secured.port()) +
      "}");
  for (std::string line; std::getline(std::cin, line);) {
    try {
      const Cell cell = parse_cell(line);
      Outcome outcome = run_cell(cell, reactor, cell.tls ? secured : plain, wait_for_line);
      say(to_json(outcome));
    } catch (const std::exception& fault) {
      say(std::string(R"({"fault":")") + fault.what() + "\"}");
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  prepare_process();
  try {
    return serve(count == 3 ? make_tls_context(arguments[1], arguments[2]) : nullptr);
  } catch (const std::exception& fault) {
    std::cerr << "bench-load: " << fault.what() << '\n';
    return 1;
  }
}
