// SPDX-License-Identifier: MIT
// Reading plain files, gzip members and zstd frames, piece by piece.
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <span>

#include "collector/command/line_file.hpp"
#include "collector/sinks/ndjson/file_calls.hpp"

namespace llmgw::collector {
namespace {

constexpr std::size_t piece = std::size_t{256} << 10;

// What a file holds, and at the front again what was looked at to tell its kind.
class Input {
 public:
  explicit Input(Descriptor file) : file_(std::move(file)) {}

  // Until there are so many bytes, or the end.
  Result<void> fill(std::size_t least) {
    while (size_ < least) {
      const ssize_t got = ::read(file_.number(), bytes_.data() + size_, bytes_.size() - size_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno);
      if (got == 0) break;
      size_ += static_cast<std::size_t>(got);
    }
    return {};
  }
  // None: the end.
  Result<std::string_view> rest() {
    if (const auto filled = fill(1); filled.has_error()) return filled.error();
    return std::string_view(bytes_.data(), std::exchange(size_, 0));
  }
  bool starts_with(std::string_view magic) const {
    return std::string_view(bytes_.data(), size_).starts_with(magic);
  }

 private:
  Descriptor file_;
  std::array<char, piece> bytes_{};
  std::size_t size_ = 0;
};
using Owned = std::unique_ptr<Input>;

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(Owned input) : input_(std::move(input)) {}

  Result<int> append_to(std::string& out) override {
    const auto bytes = input_->rest();
    if (bytes.has_error()) return bytes.error();
    out += *bytes;
    return bytes->empty() ? 0 : 1;
  }

 private:
  Owned input_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(Owned input) : input_(std::move(input)) {
    constexpr int gzip_alone = 15 + 16;
    inflateInit2(&stream_, gzip_alone);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<int> append_to(std::string& out) override {
    if (stream_.avail_in == 0) {
      const auto bytes = input_->rest();
      if (bytes.has_error()) return bytes.error();
      if (bytes->empty()) return is_within_ ? Result<int>(errc::malformed_message) : Result<int>(0);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
      stream_.avail_in = static_cast<uInt>(bytes->size());
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    is_within_ = true;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return errc::malformed_message;
    out.append(out_.data(), out_.size() - stream_.avail_out);
    if (code == Z_STREAM_END) {
      is_within_ = false;
      inflateReset(&stream_);
    }
    return 1;
  }

 private:
  Owned input_;
  z_stream stream_{};
  bool is_within_ = true;  // a member
  std::array<char, piece> out_{};
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(Owned input) : input_(std::move(input)), stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  Result<int> append_to(std::string& out) override {
    if (in_.pos == in_.size && !has_more_) {
      const auto bytes = input_->rest();
      if (bytes.has_error()) return bytes.error();
      if (bytes->empty()) return is_within_ ? Result<int>(errc::malformed_message) : Result<int>(0);
      in_ = {bytes->data(), bytes->size(), 0};
    }
    ZSTD_outBuffer to{out_.data(), out_.size(), 0};
    const std::size_t left = ZSTD_decompressStream(stream_, &to, &in_);
    if (ZSTD_isError(left) != 0) return errc::malformed_message;
    is_within_ = left != 0;
    has_more_ = to.pos == to.size;
    out.append(out_.data(), to.pos);
    return 1;
  }

 private:
  Owned input_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool is_within_ = true;  // a frame
  bool has_more_ = false;  // than fitted last time
  std::array<char, piece> out_{};
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(Descriptor file) {
  auto input = std::make_unique<Input>(std::move(file));
  if (const auto filled = input->fill(4); filled.has_error()) return filled.error();
  std::unique_ptr<ByteSource> made;
  if (input->starts_with("\x1f\x8b")) {
    made = std::make_unique<GzipSource>(std::move(input));
  } else if (input->starts_with("\x28\xb5\x2f\xfd")) {
    made = std::make_unique<ZstdSource>(std::move(input));
  } else {
    made = std::make_unique<PlainSource>(std::move(input));
  }
  return made;
}

}  // namespace llmgw::collector
