// SPDX-License-Identifier: MIT
// The encoders of zlib, brotli and zstd, used as a server does that streams.
#include "tests/support/encode.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace llmgw {
namespace {

using Parts = std::vector<std::string_view>;

void require(bool holds) {
  if (!holds) throw std::runtime_error("encoder failed");
}

std::string deflate_parts(int window, const Parts& parts) {
  z_stream stream{};
  require(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(parts[i].data()));
    stream.avail_in = static_cast<uInt>(parts[i].size());
    do {
      std::array<char, 4096> buffer;
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = buffer.size();
      deflate(&stream, i + 1 == parts.size() ? Z_FINISH : Z_SYNC_FLUSH);
      out.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

std::string brotli_parts(const Parts& parts) {
  const std::unique_ptr<BrotliEncoderState, decltype(&BrotliEncoderDestroyInstance)> encoder(
      BrotliEncoderCreateInstance(nullptr, nullptr, nullptr), &BrotliEncoderDestroyInstance);
  BrotliEncoderSetParameter(encoder.get(), BROTLI_PARAM_QUALITY, 4);
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(parts[i].data());
    std::size_t in_size = parts[i].size();
    const auto operation = i + 1 == parts.size() ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH;
    do {
      std::size_t none = 0;
      require(BrotliEncoderCompressStream(encoder.get(), operation, &in_size, &next_in, &none,
                                          nullptr, nullptr) == BROTLI_TRUE);
      std::size_t size = 0;
      const auto* made = BrotliEncoderTakeOutput(encoder.get(), &size);
      out.append(reinterpret_cast<const char*>(made), size);
    } while (in_size > 0 || BrotliEncoderHasMoreOutput(encoder.get()) == BROTLI_TRUE);
  }
  return out;
}

std::string zstd_parts(const Parts& parts) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> encoder(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ZSTD_inBuffer in{parts[i].data(), parts[i].size(), 0};
    std::size_t left = 0;
    do {
      std::array<char, 4096> buffer;
      ZSTD_outBuffer room{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(encoder.get(), &room, &in,
                                  i + 1 == parts.size() ? ZSTD_e_end : ZSTD_e_flush);
      require(ZSTD_isError(left) == 0);
      out.append(buffer.data(), room.pos);
    } while (left > 0 || in.pos < in.size);
  }
  return out;
}

}  // namespace

std::string_view token(Encoding encoding) {
  switch (encoding) {
    case Encoding::gzip: return "gzip";
    case Encoding::zlib:
    case Encoding::bare_deflate: return "deflate";
    case Encoding::br: return "br";
    case Encoding::zstd: return "zstd";
  }
  return "";
}

std::string encode(Encoding encoding, const Parts& parts) {
  constexpr int window = 15;
  switch (encoding) {
    case Encoding::gzip: return deflate_parts(window + 16, parts);
    case Encoding::zlib: return deflate_parts(window, parts);
    case Encoding::bare_deflate: return deflate_parts(-window, parts);
    case Encoding::br: return brotli_parts(parts);
    case Encoding::zstd: return zstd_parts(parts);
  }
  return "";
}

}  // namespace llmgw
