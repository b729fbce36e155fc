// SPDX-License-Identifier: MIT
// PURE: whole bodies in and out of the content codings that the two daemons use between them
// (RFC 9110 section 8.4).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/coding/content_coding.hpp"
#include "common/error.hpp"

namespace llmgw {

/// Reads the value of Content-Encoding: identity, gzip or zstd, an empty value meaning identity.
/// Nothing for any other coding and for several.
std::optional<ContentCoding> parse_content_coding(std::string_view value) noexcept;

/// The content of a body that is complete, of a coding that parse_content_coding() gives.
/// errc::body_too_large as soon as more than `most` bytes come out; errc::malformed_message where
/// the body is not of that coding, is cut short or goes on behind its end. Several gzip members or
/// zstd frames in a row are one content. Besides the content at most about 8 MiB are used (the zstd
/// window, RFC 9659).
Result<std::string> decompress(ContentCoding coding, std::string_view body, std::size_t most);

/// One gzip member, piece by piece; about 260 KiB while it lives.
class GzipStream {
 public:
  /// `level`: 1 (fast) to 9 (small).
  explicit GzipStream(int level = 1);
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// What has come out so far of this and what was put in before; may be nothing.
  std::string add(std::string_view content) { return run(content, false); }
  /// The rest. Nothing is put in afterwards.
  std::string finish() { return run({}, true); }

 private:
  struct State;
  std::string run(std::string_view content, bool is_last);

  std::unique_ptr<State> state_;
};

/// The body as one gzip member. `level`: 1 (fast) to 9 (small).
std::string gzip(std::string_view content, int level = 1);

}  // namespace llmgw
