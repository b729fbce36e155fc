// SPDX-License-Identifier: MIT
// A disk that is full from a given size of any file on.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace llmgw {

/// While it lives no file may grow beyond `most` bytes, which the kernel enforces as a full disk
/// would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t most) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{most, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace llmgw
