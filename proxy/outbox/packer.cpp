// SPDX-License-Identifier: MIT
// On libzstd.
#include "proxy/outbox/packer.hpp"

#include <zstd.h>

#include <new>

namespace llmgw::proxy {

void Packer::Free::operator()(ZSTD_CCtx_s* context) const noexcept { ZSTD_freeCCtx(context); }
void Packer::Free::operator()(ZSTD_DCtx_s* context) const noexcept { ZSTD_freeDCtx(context); }

std::string_view Packer::pack(std::string_view lines) {
  if (!pack_) {
    pack_.reset(ZSTD_createCCtx());
    if (!pack_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(pack_.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(pack_.get(), ZSTD_c_checksumFlag, 1);
  }
  buffer_.resize(ZSTD_compressBound(lines.size()));
  const std::size_t size =
      ZSTD_compress2(pack_.get(), buffer_.data(), buffer_.size(), lines.data(), lines.size());
  // With a bound that is kept, it is memory alone that can be lacking.
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();
  return std::string_view(buffer_).substr(0, size);
}

Result<std::size_t> Packer::size_of(std::string_view packed, std::size_t most) noexcept {
  // The two values that stand for an unknown size and an error are larger than any bound.
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > most) return errc::malformed_message;
  return static_cast<std::size_t>(size);
}

Result<std::string_view> Packer::unpack(std::string_view packed, std::size_t size) {
  if (!unpack_) unpack_.reset(ZSTD_createDCtx());
  if (!unpack_) throw std::bad_alloc();
  buffer_.resize(size);
  const std::size_t written = ZSTD_decompressDCtx(unpack_.get(), buffer_.data(), buffer_.size(),
                                                  packed.data(), packed.size());
  if (ZSTD_isError(written) != 0 || written != size) return errc::malformed_message;
  return std::string_view(buffer_);
}

}  // namespace llmgw::proxy
