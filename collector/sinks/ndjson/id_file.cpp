// SPDX-License-Identifier: MIT
// A header and an array of keys, in the byte order of the machine: no other machine reads it.
#include "collector/sinks/ndjson/id_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "collector/sinks/ndjson/file_calls.hpp"

namespace llmgw::collector {
namespace {

struct Header {
  std::array<char, 8> magic{'L', 'L', 'M', 'G', 'W', 'I', 'D', '1'};
  std::uint64_t log_inode = 0;
  std::uint64_t count = 0;
  std::uint64_t checksum = 0;  // CRC-32 of the header with 0 here, and of the keys

  friend bool operator==(const Header&, const Header&) = default;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 32);
static_assert(std::is_trivially_copyable_v<EventKey> && sizeof(EventKey) == 16);

constexpr std::uint64_t most_keys = 1 << 24;

Header header_for(ino_t log_inode, std::span<const EventKey> keys) {
  Header header;
  header.log_inode = log_inode;
  header.count = keys.size();
  uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(&header), sizeof header);
  sum = crc32_z(sum, reinterpret_cast<const Bytef*>(keys.data()), keys.size_bytes());
  header.checksum = sum;
  return header;
}

template <class T>
std::span<char> bytes_of(T* items, std::size_t count) {
  return {reinterpret_cast<char*>(items), count * sizeof(T)};
}

Result<void> write_all(int file, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t taken = ::write(file, bytes.data(), bytes.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return system_error(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(taken));
  }
  return {};
}

Result<void> write_new(const std::string& path, Header header, std::span<const EventKey> keys,
                       bool is_durable) {
  // What is there is not written through: it may be a link to another file, or a pipe that nobody
  // reads, put there by whoever may write to the folder.
  ::unlink(path.c_str());
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor file(::open(path.c_str(), flags, 0640));
  if (!file.is_open()) return system_error(errno);
  Result<void> outcome = write_all(file.number(), bytes_of(&header, 1));
  if (outcome)
    outcome = write_all(file.number(), bytes_of(const_cast<EventKey*>(keys.data()), keys.size()));
  if (outcome && is_durable && fdatasync(file.number()) != 0) return system_error(errno);
  return outcome;
}

}  // namespace

std::string id_file_path(const std::string& log_path) { return log_path + ".ids"; }

Result<IdFile> read_id_file(const std::string& path) {
  const Descriptor file(open_beside(path, O_RDONLY));
  if (!file.is_open()) return system_error(errno);
  const auto status = regular_file(file.number());
  if (!status) return errc::malformed_message;
  Header header;
  const auto got = read_at(file.number(), bytes_of(&header, 1), 0);
  if (!got) return got.error();
  // Before there is memory for them: the number of keys may be anything.
  const std::uint64_t size = sizeof header + header.count * sizeof(EventKey);
  if (*got != sizeof header || header.magic != Header().magic || header.count > most_keys ||
      static_cast<std::uint64_t>(status->st_size) != size)
    return errc::malformed_message;
  IdFile found{static_cast<ino_t>(header.log_inode), std::vector<EventKey>(header.count)};
  const std::span<char> bytes = bytes_of(found.keys.data(), found.keys.size());
  const auto read = read_at(file.number(), bytes, sizeof header);
  if (!read) return read.error();
  if (*read != bytes.size() || header != header_for(found.log_inode, found.keys))
    return errc::malformed_message;
  return found;
}

Result<void> write_id_file(const std::string& path, ino_t log_inode, std::span<const EventKey> keys,
                           bool is_durable) {
  const std::string fresh = path + ".new";
  Result<void> outcome = write_new(fresh, header_for(log_inode, keys), keys, is_durable);
  if (outcome && std::rename(fresh.c_str(), path.c_str()) != 0) outcome = system_error(errno);
  if (outcome && is_durable) sync_folder(path);
  if (!outcome) ::unlink(fresh.c_str());
  return outcome;
}

}  // namespace llmgw::collector
