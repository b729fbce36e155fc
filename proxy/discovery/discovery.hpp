// SPDX-License-Identifier: MIT
// Discovery: asks providers which models they have, beside the traffic.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/loop.hpp"
#include "proxy/config/upstream.hpp"
#include "proxy/discovery/model_list.hpp"
#include "proxy/discovery/watch.hpp"

namespace llmgw::proxy {

/// Belongs to its loop's thread.
class Discovery {
 public:
  /// Gets all that is known whenever that has changed.
  using Publish = std::function<void(std::shared_ptr<const Discovered>)>;

  Discovery(Loop& loop, Publish publish) : loop_(loop), publish_(std::move(publish)) {}

  /// Asks those that are to be asked, and stops asking the others. What a provider of the same
  /// name, type and address has told stays until it tells something else.
  void use(const std::vector<UpstreamSettings>& providers);
  /// Asks nobody any more. The loop has to turn a few times for that.
  void stop() noexcept;

  /// By the names of providers, of earlier settings too.
  const std::map<std::string, DiscoveryCounts>& counts() const noexcept { return counts_; }

 private:
  using Watches = std::map<std::string, std::shared_ptr<DiscoveryWatch>, std::less<>>;
  void add(const UpstreamSettings& provider, Watches& before);
  void publish();

  Loop& loop_;
  const Publish publish_;
  Watches watches_;
  std::map<std::string, DiscoveryCounts> counts_;
};

}  // namespace llmgw::proxy
