// SPDX-License-Identifier: MIT
// Reading a small file whole.
#include "common/system/read_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace llmgw {
namespace {

constexpr std::size_t most_bytes = 4 << 20;

boost::system::error_code last_error() { return {errno, boost::system::generic_category()}; }

struct Descriptor {
  int number;

  explicit Descriptor(const char* path) : number(::open(path, O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(path.c_str());
  if (file.number < 0) return last_error();
  std::string content;
  std::array<char, 16'384> chunk;
  for (;;) {
    const auto count = ::read(file.number, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(count));
    if (content.size() > most_bytes) {
      return make_error_code(boost::system::errc::file_too_large);
    }
  }
}

}  // namespace llmgw
