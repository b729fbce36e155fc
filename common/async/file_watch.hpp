// SPDX-License-Identifier: MIT
// FileWatch: looks whether a small file has changed, such as a key in a mounted Secret.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "common/async/alarm.hpp"
#include "common/error.hpp"
#include "common/secret.hpp"

namespace llmgw {

/// A mounted Secret changes by a rename behind a symbolic link, which no watch on the file itself
/// sees: so the file is read, once an interval. Belongs to its loop's thread.
class FileWatch {
 public:
  /// Gets the content, or why there is none, when either is another than at the look before; the
  /// first look tells it in any case.
  using Take = std::function<void(Result<std::string> content)>;

  FileWatch(Loop& loop, std::string path, Take take)
      : path_(std::move(path)), take_(std::move(take)), alarm_(loop) {}

  /// The first look comes an interval later. The loop does not end before stop().
  void start() {
    alarm_.set(interval, [this] { look(); });
  }
  void stop() noexcept { alarm_.cancel(); }

  const std::string& path() const noexcept { return path_; }

  static constexpr std::chrono::seconds interval{1};

 private:
  void look();

  std::string path_;
  Take take_;
  std::optional<Result<Secret>> last_;
  Alarm alarm_;
};

}  // namespace llmgw
