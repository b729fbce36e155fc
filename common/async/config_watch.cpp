// SPDX-License-Identifier: MIT
// Comparing, reading, and saying how that went.
#include "common/async/config_watch.hpp"

#include <algorithm>

#include "common/async/loop.hpp"
#include "common/log/log.hpp"

namespace llmgw {
namespace {

std::vector<std::string> files_at(const std::string& path) {
  auto files = list_files(path);
  return files ? std::move(*files) : std::vector<std::string>{};
}

}  // namespace

ConfigWatch::ConfigWatch(Loop& loop, const ConfigOrigin& at_start, Reload reload)
    : path_(at_start.path), reload_(std::move(reload)), alarm_(loop) {
  status_.files = at_start.files;
  status_.hash = at_start.hash;
  status_.loaded_at = std::chrono::system_clock::now();
}

void ConfigWatch::start() {
  const auto result = read();
  if (result.has_error() || result->hash != status_.hash) note(result);
  alarm_.set(interval, [this] { look(); });
}

void ConfigWatch::look() {
  alarm_.set(interval, [this] { look(); });
  if (has_changed()) reload();
}

void ConfigWatch::reload() { note(read()); }

bool ConfigWatch::has_changed() const {
  return files_at(path_) != listed_ ||
         std::any_of(stamps_.begin(), stamps_.end(),
                     [](const FileStamp& each) { return stamp_of(each.path) != each; });
}

// A file that changes while it is read has another stamp at the next look.
Checked<ConfigOrigin> ConfigWatch::read() {
  listed_ = files_at(path_);
  stamps_.clear();
  return reload_([this](const std::string& path) {
    stamps_.push_back(stamp_of(path));
    return read_file(path);
  });
}

void ConfigWatch::note(const Checked<ConfigOrigin>& result) {
  if (result.has_error()) {
    ++status_.failed_reloads;
    status_.last_faults = result.error().lines;
    status_.failed_at = std::chrono::system_clock::now();
    for (const std::string& each : status_.last_faults)
      log::error("configuration not usable, keeping the last one", {{"fault", each}});
    return;
  }
  ++status_.reloads;
  status_.last_faults.clear();
  status_.files = result->files;
  status_.hash = result->hash;
  status_.loaded_at = std::chrono::system_clock::now();
  log::info("configuration read", {{"hash", status_.hash}, {"files", status_.files.size()}});
}

}  // namespace llmgw
