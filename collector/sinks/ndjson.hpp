// SPDX-License-Identifier: MIT
// NdjsonSink: events as lines at the end of a file, or on stdout.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <memory>
#include <string>
#include <vector>

#include "collector/config.hpp"
#include "collector/sinks/sink.hpp"

namespace llmgw::collector {

/// Owns a file descriptor and closes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// A line in a file is whole or not there: what a failed write left is taken back, a torn last line
/// that a crash left is cut off when the file is opened (and logged).
class NdjsonSink final : public Sink {
 public:
  /// Appends to the file, which is made with mode 0640 if it is not there. The system's error where
  /// it cannot be opened; std::errc::illegal_byte_sequence where its unfinished last line does not
  /// look like an event, for then the file is hardly ours to cut.
  static Result<std::unique_ptr<NdjsonSink>> open(std::string path, LogSync sync);

  /// Appends to a descriptor, which it takes over; there is nothing to reopen.
  static std::unique_ptr<NdjsonSink> on_descriptor(int number, LogSync sync);

  Result<void> write(std::span<const std::string_view> pieces) override;
  Result<void> reopen() override;
  Result<void> check() override;

 private:
  NdjsonSink(std::string path, LogSync sync) : path_(std::move(path)), sync_(sync) {}

  Result<void> open_file();
  void adopt(Descriptor target);
  Result<void> write_all(std::size_t& written);
  void take_back(off_t length_before, std::size_t written);

  std::string path_;  // empty: not a file of ours
  LogSync sync_;
  Descriptor target_;
  bool is_regular_ = false;  // can be truncated and synced
  bool torn_ = false;        // the last line is unfinished and could not be taken back
  std::vector<iovec> vectors_;
};

}  // namespace llmgw::collector
