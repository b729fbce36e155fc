// SPDX-License-Identifier: MIT
// A slow and plain reading of event streams (HTML Living Standard section 9.2), as an oracle.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/text/bounded_string.hpp"
#include "proxy/metering/sse_scanner.hpp"

namespace llmgw::fuzz {

struct StreamParts {
  std::vector<std::string> events;  ///< the data of each, the last one also without its blank line
  std::vector<std::string> names;   ///< of events, bounded; `error` for a field of that name too

  bool operator==(const StreamParts&) const = default;
};

struct StreamLine {
  std::string text;
  bool is_ended = false;
};

inline std::vector<StreamLine> stream_lines(std::string_view stream) {
  std::vector<StreamLine> lines;
  while (!stream.empty()) {
    const std::size_t end = stream.find_first_of("\r\n");
    lines.push_back({std::string(stream.substr(0, end)), end != stream.npos});
    if (end == stream.npos) break;
    stream.remove_prefix(stream.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return lines;
}

inline StreamParts read_event_stream(std::string_view stream) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (stream.starts_with(mark)) stream.remove_prefix(mark.size());
  StreamParts parts;
  bool is_open = false;
  for (const auto& [line, is_ended] : stream_lines(stream)) {
    if (line.empty()) {
      is_open = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    // Without its line end, a field that has no value yet may have any name.
    if (colon == line.npos && !is_ended) continue;
    const std::string field = line.substr(0, colon);
    std::string value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "data") {
      if (is_open) {
        parts.events.back() += "\n" + value;
      } else {
        parts.events.push_back(value);
      }
      is_open = true;
    } else if (field == "event" && !value.empty()) {
      const BoundedString<proxy::max_event_name> name(value);
      if (!name.empty()) parts.names.emplace_back(name.view());
    } else if (field == "error") {
      parts.names.emplace_back("error");
    }
  }
  return parts;
}

}  // namespace llmgw::fuzz
