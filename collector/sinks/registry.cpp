// SPDX-License-Identifier: MIT
// The kinds of sink.
#include "collector/sinks/registry.hpp"

#include <unistd.h>

#include <cerrno>

#include "collector/sinks/ndjson.hpp"

namespace llmgw::collector {

Result<std::unique_ptr<Sink>> make_sink(const Config& config) {
  if (config.event_log_path.empty()) {
    const int output = dup(STDOUT_FILENO);
    if (output < 0) return boost::system::error_code(errno, boost::system::system_category());
    return NdjsonSink::on_descriptor(output, config.event_log_sync);
  }
  auto file = NdjsonSink::open(config.event_log_path, config.event_log_sync);
  if (file.has_error()) return file.error();
  return std::move(*file);
}

}  // namespace llmgw::collector
