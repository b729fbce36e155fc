// SPDX-License-Identifier: MIT
// ConfigWatch: reads the configuration file anew when it changes, and keeps count of that.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "common/async/alarm.hpp"
#include "common/settings/config_document.hpp"
#include "common/settings/config_status.hpp"

namespace llmgw {

/// Looks once an interval whether one of the files is another than before: those of GATEWAY_CONFIG,
/// of a folder also which there are, and each file that was read for them, such as that of a key.
/// Mounted Secrets and ConfigMaps change by a rename behind a symbolic link, so it is the files
/// behind all links that are compared. Belongs to its loop's thread, which its reading holds up.
class ConfigWatch {
 public:
  /// Reads all of it by `read_file`, and takes it into use as a whole or not at all.
  using Reload = std::function<Checked<ConfigOrigin>(const FileReader& read_file)>;

  ConfigWatch(Loop& loop, const ConfigOrigin& at_start, Reload reload);

  /// Reads once at once, for what may have changed since the reading at start; that is counted only
  /// if something did. The loop does not end before stop().
  void start();
  void stop() noexcept { alarm_.cancel(); }

  /// Reads whether something changed or not.
  void reload();

  const ConfigStatus& status() const noexcept { return status_; }

  static constexpr std::chrono::seconds interval{2};

 private:
  void look();
  bool has_changed() const;
  Checked<ConfigOrigin> read();
  void note(const Checked<ConfigOrigin>& result);

  std::string path_;
  Reload reload_;
  ConfigStatus status_;
  std::vector<std::string> listed_;  // as the last reading found them
  std::vector<FileStamp> stamps_;    // of what it read, taken before
  Alarm alarm_;
};

}  // namespace llmgw
