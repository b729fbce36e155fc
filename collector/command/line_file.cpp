// SPDX-License-Identifier: MIT
// Blocks cut at line ends.
#include "collector/command/line_file.hpp"

#include <fcntl.h>

#include <utility>

#include "collector/sinks/ndjson/file_calls.hpp"

namespace llmgw::collector {

Result<LineFile> LineFile::open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_error(errno);
  return on_descriptor(std::move(file));
}

Result<LineFile> LineFile::on_descriptor(Descriptor file) {
  auto source = open_source(std::move(file));
  if (source.has_error()) return source.error();
  LineFile made;
  made.source_ = std::move(*source);
  return made;
}

Result<std::string> LineFile::next() {
  std::size_t end = std::string::npos;
  while (!is_at_end_ && (pending_.size() < block_bytes || end == std::string::npos)) {
    if (pending_.size() > longest_line) return errc::body_too_large;
    const auto more = source_->append_to(pending_);
    if (more.has_error()) return more.error();
    is_at_end_ = *more == 0;
    end = pending_.rfind('\n');
  }
  end = pending_.rfind('\n');
  if (end == std::string::npos) return std::string();
  std::string rest = pending_.substr(end + 1);
  pending_.resize(end + 1);
  return std::exchange(pending_, std::move(rest));
}

}  // namespace llmgw::collector
