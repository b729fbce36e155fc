// SPDX-License-Identifier: MIT
// Plain lines.
#include "collector/command/report.hpp"

#include <cstdio>

namespace llmgw::collector {

void tell(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void complain(const std::string& line) {
  std::fputs(("llm-collector: " + line + "\n").c_str(), stderr);
}

}  // namespace llmgw::collector
