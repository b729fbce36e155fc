// SPDX-License-Identifier: MIT
// Events for the collector's tests.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::collector {

/// A valid event of the first gateway's form, with this id.
inline std::string event(std::string_view id) {
  std::string text = R"({"request_id":"req_1","tenant":"demo","provider":"openai","model":"m",)";
  text += R"("latency_ms":812.400,"status_code":200,"ts":"2026-11-23T08:30:00.123Z","event_id":")";
  return text.append(id).append("\"}");
}

inline std::string line(std::string_view id) { return event(id) + '\n'; }

}  // namespace llmgw::collector
