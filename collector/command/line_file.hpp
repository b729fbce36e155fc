// SPDX-License-Identifier: MIT
// LineFile: the lines of a file that may be compressed, a block of them at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw::collector {

/// Bytes of a file as they were before it was compressed.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Appends some bytes; false at the end. errc::malformed_message where the file is not what it
  /// began as, or ends too soon; errors of the system.
  virtual Result<int> append_to(std::string& out) = 0;
};

/// Plain, in gzip or in zstd, which its first bytes tell.
Result<std::unique_ptr<ByteSource>> open_source(Descriptor file);

/// Whole lines, each with its `\n`.
class LineFile {
 public:
  static constexpr std::size_t block_bytes = std::size_t{4} << 20;
  static constexpr std::size_t longest_line = std::size_t{64} << 20;

  static Result<LineFile> open(const std::string& path);
  static Result<LineFile> on_descriptor(Descriptor file);

  /// The next lines, about block_bytes of them; nothing at the end. errc::body_too_large for a line
  /// that is too long; else the errors of the source.
  Result<std::string> next();
  /// At the end: what stands behind the last line end.
  const std::string& torn() const noexcept { return pending_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string pending_;
  bool is_at_end_ = false;
};

}  // namespace llmgw::collector
