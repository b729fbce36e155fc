// SPDX-License-Identifier: MIT
// DiscoveryWatch: keeps the list of one provider's models up to date.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "common/async/timer.hpp"
#include "common/net/tls.hpp"
#include "proxy/config/upstream.hpp"
#include "proxy/discovery/fetch.hpp"

namespace llmgw::proxy {

/// Of one provider, by its name.
struct DiscoveryCounts {
  std::size_t models = 0;                                   ///< in the last good list
  std::array<std::uint64_t, fetch_result_count> fetches{};  ///< by FetchResult
};

/// One task on its loop, which also holds on to it: it lives until that has ended.
class DiscoveryWatch final : public std::enable_shared_from_this<DiscoveryWatch> {
 public:
  using Changed = std::function<void()>;

  /// `list`: what is known already, or null. `counts` outlives the watch; `changed` is called when
  /// list() is another one.
  DiscoveryWatch(Loop& loop, UpstreamSettings provider, std::shared_ptr<const ModelList> list,
                 DiscoveryCounts& counts, Changed changed);

  /// Asks at once, and from then on.
  void start();
  /// Asks at once, unless that is under way.
  void ask_again() noexcept { pause_.cancel(); }
  /// Ends what is under way; nothing is called any more.
  void end() noexcept;

  const UpstreamSettings& provider() const noexcept { return provider_; }
  /// The last good one; null: none yet.
  const std::shared_ptr<const ModelList>& list() const noexcept { return list_; }

 private:
  static Task<void> run(std::shared_ptr<DiscoveryWatch> self);
  Task<Fetched> fetch();
  void note(Fetched fetched);
  void tell(const Fetched& fetched);

  Loop& loop_;
  const UpstreamSettings provider_;
  std::shared_ptr<const ModelList> list_;
  DiscoveryCounts& counts_;
  const Changed changed_;
  Timer pause_;
  Schedule schedule_;
  http::Client* client_ = nullptr;   // of what is under way
  std::optional<std::string> told_;  // why it failed, as the log has it; empty: it did not
  bool is_ended_ = false;
};

}  // namespace llmgw::proxy
