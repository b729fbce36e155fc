// SPDX-License-Identifier: MIT
// PURE: lines as the spool stores them: one zstd frame an append, with a checksum.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/error.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace llmgw::proxy {

/// Events are mostly the same words again: packed they take a fifth of the disk and of the time to
/// write it. Keeps its working memory.
class Packer {
 public:
  /// Good until the next call.
  std::string_view pack(std::string_view lines);

  /// How many bytes come out; nothing that is larger than `most` is a packed batch.
  /// errc::malformed_message.
  static Result<std::size_t> size_of(std::string_view packed, std::size_t most) noexcept;
  /// What was packed, `size` bytes of it; good until the next call. errc::malformed_message where
  /// the checksum does not fit.
  Result<std::string_view> unpack(std::string_view packed, std::size_t size);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const noexcept;
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> pack_;
  std::unique_ptr<ZSTD_DCtx_s, Free> unpack_;
  std::string buffer_;
};

}  // namespace llmgw::proxy
