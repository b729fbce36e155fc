// SPDX-License-Identifier: MIT
// The format of https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#include "proxy/outbox/wal_check.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

namespace llmgw::proxy {
namespace {

constexpr std::size_t header_size = 32;
constexpr std::size_t frame_header_size = 24;
constexpr std::uint32_t magic = 0x377f0682;  // its last bit: checksums over big-endian words

using Bytes = std::span<const unsigned char>;

std::uint32_t big_endian(Bytes bytes, std::size_t at) noexcept {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) noexcept {
  return std::uint32_t{bytes[at + 3]} << 24 | std::uint32_t{bytes[at + 2]} << 16 |
         std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
}

struct Checksum {
  bool big = false;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(Bytes bytes) noexcept {
    const auto word = big ? big_endian : little_endian;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at) + second;
      second += word(bytes, at + 4) + first;
    }
  }
  bool equals(Bytes bytes, std::size_t at) const noexcept {
    return first == big_endian(bytes, at) && second == big_endian(bytes, at + 4);
  }
};

bool read_whole(std::ifstream& file, std::span<unsigned char> into) {
  file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  return file.gcount() == static_cast<std::streamsize>(into.size());
}

bool is_page_size(std::uint32_t size) noexcept {
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

}  // namespace

Result<WalState> check_wal(const std::string& path) {
  // Neither is a link followed, nor a pipe waited for.
  std::error_code fault;
  const auto status = std::filesystem::symlink_status(path, fault);
  if (status.type() == std::filesystem::file_type::not_found) return WalState::empty;
  if (!is_regular_file(status)) return WalState::damaged;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return WalState::empty;
  const auto size = static_cast<std::size_t>(file.tellg());
  file.seekg(0);
  if (size < header_size + frame_header_size) return WalState::empty;

  std::array<unsigned char, header_size> header{};
  if (!read_whole(file, header)) return errc::io_failed;
  const std::uint32_t page_size = big_endian(header, 8);
  Checksum sum{.big = (header[3] & 1) != 0};
  sum.add(Bytes(header).first(24));
  if ((big_endian(header, 0) & ~1U) != magic || !is_page_size(page_size) || !sum.equals(header, 24))
    return WalState::damaged;

  bool committed = false;
  bool broken = false;
  std::vector<unsigned char> frame(frame_header_size + page_size);
  while (read_whole(file, frame)) {
    const Bytes bytes(frame);
    const bool is_ours = std::equal(bytes.begin() + 8, bytes.begin() + 16, header.begin() + 16);
    const bool is_commit = big_endian(bytes, 4) != 0;
    if (!broken) {
      sum.add(bytes.first(8));
      sum.add(bytes.subspan(frame_header_size));
      broken = !is_ours || !sum.equals(bytes, 16);
      committed |= !broken && is_commit;
    } else if (is_ours && is_commit) {
      return WalState::damaged;
    }
  }
  return committed ? WalState::whole : WalState::empty;
}

}  // namespace llmgw::proxy
