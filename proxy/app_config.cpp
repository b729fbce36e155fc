// SPDX-License-Identifier: MIT
// The configuration file while the proxy runs: watched, read anew, taken into use.
#include "common/log/log.hpp"
#include "proxy/app.hpp"

namespace llmgw::proxy {

void App::watch_config() {
  if (config_.file.path.empty()) return;
  config_watch_.emplace(loop_, config_.file,
                        [this](const FileReader& read) { return reload(read); });
  config_watch_->start();
  is_read_again_ = true;
}

// What is wrong only where it is used, such as a certificate, is a fault of the file too.
Checked<ConfigOrigin> App::reload(const FileReader& read) {
  auto config = reload_config(current_, environment_, read);
  if (config.has_error()) return config.error();
  try {
    for (const auto& each : workers_) each->use(*config);
  } catch (const std::exception& failure) {
    return Faults{{config->file.path + ": " + failure.what()}};
  }
  current_ = std::move(*config);
  if (is_read_again_) {
    cooling_.renew();
    if (stop_signals_ == 0) discovery_.use(current_.upstreams);
  }
  return current_.file;
}

}  // namespace llmgw::proxy
