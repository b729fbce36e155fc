// SPDX-License-Identifier: MIT
// The answers in tests/support/replies, in the forms that providers send, and what must be known of
// each.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace llmgw::proxy {

struct Reply {
  std::string file;
  std::string content_type;
  std::string body;
  std::string expected;  // as facts_text() writes it
};

inline std::string read_reply_file(const std::string& name) {
  std::ifstream file(std::filesystem::path(LLMGW_SOURCE_DIR) / "tests/support/replies" / name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string to_text(const nlohmann::json& count) {
  return count.is_null() ? "-" : count.dump();
}

inline std::vector<Reply> read_replies() {
  std::vector<Reply> replies;
  for (const auto& entry : nlohmann::json::parse(read_reply_file("expected.json"))) {
    const auto& usage = entry["usage"];
    std::string expected;
    for (const char* name : {"prompt", "completion", "total", "cached", "reasoning"})
      expected += to_text(usage[name]) + " ";
    expected += entry["model"].get<std::string>() + " " +
                entry["finish_reason"].get<std::string>() +
                (entry["error_event"].get<bool>() ? " failed " : " ") +
                to_text(entry["stream_chunks"]) + " " + to_text(entry["output_bytes"]);
    const auto file = entry["file"].get<std::string>();
    replies.push_back({file, entry["content_type"], read_reply_file(file), expected});
  }
  return replies;
}

}  // namespace llmgw::proxy
