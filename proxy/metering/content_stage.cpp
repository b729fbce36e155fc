// SPDX-License-Identifier: MIT
// zlib, brotli and zstd behind one face.
#include "proxy/metering/content_stage.hpp"

// The decoder with an allocator of its own is in zstd's static interface, unchanged since 1.3.
#define ZSTD_STATIC_LINKING_ONLY
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace llmgw::proxy {
namespace {

using Step = ContentStage::Step;

void* allocate(void* memory, std::size_t size) noexcept {
  return static_cast<DecoderMemory*>(memory)->allocate(size);
}
void free_block(void* memory, void* block) noexcept {
  static_cast<DecoderMemory*>(memory)->free(block);
}

/// gzip (RFC 1952), and what is called deflate: zlib (RFC 1950), or bare as some servers send it
/// (RFC 9110 section 8.4.1.2).
class Inflate final : public ContentStage {
 public:
  Inflate(ContentCoding coding, DecoderMemory& memory) noexcept
      : is_gzip_(coding == ContentCoding::gzip) {
    stream_.opaque = &memory;
    stream_.zalloc = [](void* owner, uInt items, uInt size) noexcept -> void* {
      return allocate(owner, std::size_t{items} * size);
    };
    stream_.zfree = free_block;
  }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;
  ~Inflate() override {
    if (is_begun_) inflateEnd(&stream_);
  }

  Step step(std::string_view& in, std::span<char>& room) noexcept override {
    if (!is_begun_) {
      while (head_size_ < head_.size() && !in.empty()) {
        head_[head_size_++] = in.front();
        in.remove_prefix(1);
      }
      if (head_size_ < head_.size()) return Step::going;
      if (!begin()) return Step::broken;
      std::string_view head(head_.data(), head_.size());
      if (const Step first = run(head, room); first != Step::going) return first;
    }
    return run(in, room);
  }

 private:
  bool begin() noexcept {
    constexpr int window = 15;
    const auto first = static_cast<unsigned char>(head_[0]);
    const auto second = static_cast<unsigned char>(head_[1]);
    // RFC 1950 section 2.2: method 8, a window up to 32 KiB, and a check sum over both bytes.
    const bool is_zlib =
        (first & 0x0f) == 8 && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
    is_begun_ = inflateInit2(&stream_, is_gzip_ ? window + 16 : is_zlib ? window : -window) == Z_OK;
    return is_begun_;
  }

  Step run(std::string_view& in, std::span<char>& room) noexcept {
    while (!in.empty() && !room.empty()) {
      if (is_between_members_) {
        // Another member may follow (RFC 1952 section 2.2); padding and the like is ignored.
        if (in.front() != '\x1f' || inflateReset(&stream_) != Z_OK) return Step::ended;
        is_between_members_ = false;
      }
      const int code = inflate_some(in, room);
      if (code == Z_STREAM_END) {
        if (!is_gzip_) return Step::ended;
        is_between_members_ = true;
      } else if (code != Z_OK) {
        return code == Z_BUF_ERROR ? Step::going : Step::broken;
      }
    }
    if (!in.empty() || room.empty() || is_between_members_) return Step::going;
    // The input is taken, but zlib may hold content for which there was no room.
    const int code = inflate_some(in, room);
    if (code == Z_STREAM_END) is_between_members_ = true;
    return code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END ? Step::going : Step::broken;
  }

  int inflate_some(std::string_view& in, std::span<char>& room) noexcept {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    // zlib only reads there; its signature is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(std::min(in.size(), most));
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(std::min(room.size(), most));
    const uInt offered = stream_.avail_in;
    const uInt empty = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(offered - stream_.avail_in);
    room = room.subspan(empty - stream_.avail_out);
    return code;
  }

  z_stream stream_{};
  std::array<char, 2> head_{};
  std::uint8_t head_size_ = 0;
  bool is_gzip_;
  bool is_begun_ = false;
  bool is_between_members_ = false;
};

class Brotli final : public ContentStage {
 public:
  explicit Brotli(DecoderMemory& memory) noexcept
      : decoder_(BrotliDecoderCreateInstance(allocate, free_block, &memory)) {}
  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;
  ~Brotli() override {
    if (decoder_ != nullptr) BrotliDecoderDestroyInstance(decoder_);
  }

  Step step(std::string_view& in, std::span<char>& room) noexcept override {
    if (decoder_ == nullptr) return Step::broken;
    std::size_t in_size = in.size();
    auto next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    std::size_t out_size = room.size();
    auto next_out = reinterpret_cast<std::uint8_t*>(room.data());
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder_, &in_size, &next_in, &out_size, &next_out, nullptr);
    in.remove_prefix(in.size() - in_size);
    room = room.last(out_size);
    if (result == BROTLI_DECODER_RESULT_ERROR) return Step::broken;
    return result == BROTLI_DECODER_RESULT_SUCCESS ? Step::ended : Step::going;
  }

 private:
  BrotliDecoderState* decoder_;
};

class Zstd final : public ContentStage {
 public:
  explicit Zstd(DecoderMemory& memory) noexcept
      : decoder_(ZSTD_createDCtx_advanced({allocate, free_block, &memory})) {
    constexpr int window_most = 23;  // 8 MiB, RFC 9659 section 3
    if (decoder_ != nullptr) ZSTD_DCtx_setParameter(decoder_, ZSTD_d_windowLogMax, window_most);
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() override { ZSTD_freeDCtx(decoder_); }

  // Frames follow each other as one content (RFC 8878 section 3.1), so there is no end.
  Step step(std::string_view& in, std::span<char>& room) noexcept override {
    if (decoder_ == nullptr) return Step::broken;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{room.data(), room.size(), 0};
    std::size_t code = 0;
    do {
      const std::size_t taken = input.pos;
      const std::size_t made = output.pos;
      code = ZSTD_decompressStream(decoder_, &output, &input);
      if (ZSTD_isError(code) != 0) break;
      if (input.pos == taken && output.pos == made) break;
    } while (output.pos < output.size);
    in.remove_prefix(input.pos);
    room = room.subspan(output.pos);
    return ZSTD_isError(code) != 0 ? Step::broken : Step::going;
  }

 private:
  ZSTD_DCtx* decoder_;
};

}  // namespace

std::unique_ptr<ContentStage> make_stage(ContentCoding coding, DecoderMemory& memory) noexcept {
  switch (coding) {
    case ContentCoding::identity: return nullptr;
    case ContentCoding::gzip:
    case ContentCoding::deflate:
      return std::unique_ptr<ContentStage>(new (std::nothrow) Inflate(coding, memory));
    case ContentCoding::br: return std::unique_ptr<ContentStage>(new (std::nothrow) Brotli(memory));
    case ContentCoding::zstd: return std::unique_ptr<ContentStage>(new (std::nothrow) Zstd(memory));
  }
  return nullptr;
}

}  // namespace llmgw::proxy
