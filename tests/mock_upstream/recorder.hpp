// SPDX-License-Identifier: MIT
// Recorder: the file in which tests read what the mock was sent, one JSON object a line.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/http/endpoint_head.hpp"

namespace llmgw::mock {

/// Lines are written whole and at once. Any thread.
class Recorder {
 public:
  /// Records nothing.
  Recorder() noexcept = default;
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Appends to `path` from now on; before any thread starts. errc::io_failed.
  Result<void> open(const std::string& path);

  /// `{"method","target","fields":[[name,value],...],"body","connection"}`; a body that is not
  /// UTF-8 is base64 and
  /// `"encoding":"base64"` says so.
  void request(const http::EndpointHead& head, std::string_view body, std::uint64_t connection);

  /// `{"closed":<connection>,"early":<bool>}`; early: before it had the whole answer.
  void closed(std::uint64_t connection, bool early);

 private:
  void write_line(std::string line);

  int descriptor_ = -1;
  std::mutex mutex_;
};

}  // namespace llmgw::mock
