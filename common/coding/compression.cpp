// SPDX-License-Identifier: MIT
// gzip through zlib, zstd through libzstd.
#include "common/coding/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

namespace llmgw {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib: the largest window, with gzip's header and trailer
constexpr int zstd_window_most = 23;  // 8 MiB, RFC 9659 section 3

// Room for the next bytes of the output: grows by half, and never beyond one byte over the limit,
// which is how too much is noticed.
void make_room(std::string& out, std::size_t used, std::size_t most) {
  if (used < out.size()) return;
  const std::size_t wanted = std::max<std::size_t>(out.size() + out.size() / 2, 16 * 1024);
  out.resize(std::min(wanted, most + 1));
}

struct InflateEnd {
  void operator()(z_stream* stream) const noexcept { inflateEnd(stream); }
};

uInt bounded_size(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

Result<std::string> gunzip(std::string_view body, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, InflateEnd> guard(&stream);
  std::string out;
  std::size_t used = 0;
  std::size_t taken = 0;
  for (;;) {
    make_room(out, used, most);
    const uInt in_size = bounded_size(body.size() - taken);
    const uInt out_size = bounded_size(out.size() - used);
    // zlib only reads there; its signature is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data() + taken));
    stream.avail_in = in_size;
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = out_size;
    const int code = inflate(&stream, Z_NO_FLUSH);
    taken += in_size - stream.avail_in;
    used += out_size - stream.avail_out;
    if (used > most) return errc::body_too_large;
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code == Z_STREAM_END) {
      if (taken == body.size()) break;
      inflateReset(&stream);  // another member follows (RFC 1952 section 2.2)
    } else if (code != Z_OK) {
      return errc::malformed_message;  // Z_BUF_ERROR among them: the input ended too early
    }
  }
  out.resize(used);
  return out;
}

void begin(z_stream& stream, int level) {
  constexpr int memory_level = 8;  // zlib's default
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc();
}

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

Result<std::string> unzstd(std::string_view body, std::size_t most) {
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, zstd_window_most);
  std::string out;
  std::size_t used = 0;
  ZSTD_inBuffer input{body.data(), body.size(), 0};
  for (;;) {
    make_room(out, used, most);
    ZSTD_outBuffer output{out.data(), out.size(), used};
    const std::size_t before = input.pos;
    const std::size_t wanted = ZSTD_decompressStream(context.get(), &output, &input);
    const bool is_stuck = output.pos == used && input.pos == before;
    used = output.pos;
    if (used > most) return errc::body_too_large;
    if (ZSTD_isError(wanted) != 0) return errc::malformed_message;
    if (wanted == 0 && input.pos == input.size) break;  // the last frame is complete
    if (is_stuck) return errc::malformed_message;       // the input ended too early
  }
  out.resize(used);
  return out;
}

}  // namespace

std::optional<ContentCoding> parse_content_coding(std::string_view value) noexcept {
  if (value.empty()) return ContentCoding::identity;
  const auto coding = content_coding(value);
  const bool is_ours = coding == ContentCoding::identity || coding == ContentCoding::gzip ||
                       coding == ContentCoding::zstd;
  return is_ours ? coding : std::nullopt;
}

Result<std::string> decompress(ContentCoding coding, std::string_view body, std::size_t most) {
  if (coding == ContentCoding::gzip) return gunzip(body, most);
  if (coding == ContentCoding::zstd) return unzstd(body, most);
  if (body.size() > most) return errc::body_too_large;
  return std::string(body);
}

struct GzipStream::State {
  z_stream stream{};
};

GzipStream::GzipStream(int level) : state_(std::make_unique<State>()) {
  begin(state_->stream, level);
}

GzipStream::~GzipStream() { deflateEnd(&state_->stream); }

std::string GzipStream::run(std::string_view content, bool is_last) {
  constexpr std::size_t piece = std::size_t{64} << 10;
  z_stream& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  std::string out;
  std::size_t used = 0;
  do {
    out.resize(used + piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(piece);
    deflate(&stream, is_last ? Z_FINISH : Z_NO_FLUSH);
    used += piece - stream.avail_out;
  } while (stream.avail_out == 0);
  out.resize(used);
  return out;
}

std::string gzip(std::string_view content, int level) {
  z_stream stream{};
  begin(stream, level);
  std::string out;
  out.resize(deflateBound(&stream, content.size()));
  // Both sizes fit: what is compressed here is bounded far below 4 GiB by its callers' settings.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace llmgw
