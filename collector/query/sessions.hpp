// SPDX-License-Identifier: MIT
// PURE: Sessions: browsers that have shown a token, known by a cookie from then on.
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// In memory alone: after a restart the token has to be shown again. Neither tokens nor ids are
/// kept, but their digests.
class Sessions {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::hours life{12};
  static constexpr std::size_t most = 1'000;

  /// `id`: 256 random bits as text; `token`: the digest of the token that was shown. Where there
  /// are too many, one of the same token's goes, else the oldest.
  void open(std::string_view id, std::string_view token, Time now);
  /// The digest of the token by which it was opened; empty where there is no such session.
  std::string_view token_of(std::string_view id, Time now);
  void close(std::string_view id);
  std::size_t size() const noexcept { return all_.size(); }

 private:
  struct Entry {
    std::string id;  // its digest
    std::string token;
    Time ends;
  };

  void forget_ended(Time now);

  std::list<Entry> all_;  // the oldest first
};

/// The value of this name in the value of Cookie; empty where it is not there.
std::string_view cookie_of(std::string_view cookies, std::string_view name) noexcept;

}  // namespace llmgw::collector
