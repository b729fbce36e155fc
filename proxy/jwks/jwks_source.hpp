// SPDX-License-Identifier: MIT
// JwksSource: keeps the public keys of an issuer of tokens up to date, from a file or an address.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/async/file_watch.hpp"
#include "common/async/timer.hpp"
#include "common/http/client.hpp"
#include "proxy/config/jwt.hpp"
#include "proxy/jwks/pace.hpp"
#include "proxy/tenant/jwk_set.hpp"

namespace llmgw::proxy {

struct JwksCounts {
  std::uint64_t ok = 0;      ///< times that there were keys
  std::uint64_t failed = 0;  ///< that there were none; the last ones stay
  std::size_t keys = 0;      ///< in use
};

/// Belongs to its loop's thread. Its task holds on to it: it lives until that has ended.
class JwksSource final : public std::enable_shared_from_this<JwksSource> {
 public:
  /// Gets the keys whenever there are other ones.
  using Publish = std::function<void(std::shared_ptr<const JwkSet>)>;

  JwksSource(Loop& loop, JwtSettings settings, Publish publish);

  /// Reads a file at once; asks an address at once and from then on.
  void start();
  /// Any thread: a token names a key that is not there. Whether ask_again() is to be called for it,
  /// and nobody else was told so.
  bool is_missed() noexcept { return settings_.keys_url && !is_missed_.exchange(true); }
  /// Asks the address, unless that was just done.
  void ask_again() noexcept;
  /// Nothing is called any more. The loop has to turn a few times for that.
  void stop() noexcept;

  const JwksCounts& counts() const noexcept { return counts_; }

 private:
  struct Answer {
    std::optional<std::string> content = {};
    std::string reason = {};  // without
  };
  static Answer failed(const boost::system::error_code& error);

  static Task<void> run(std::shared_ptr<JwksSource> self);
  Task<Answer> fetch();
  /// Whether that is a set of keys, which is then in use.
  bool take(const Answer& answer);
  bool note_failure(std::string reason);

  Loop& loop_;
  const JwtSettings settings_;
  const Publish publish_;
  std::optional<FileWatch> file_;
  Timer pause_;
  JwksPace pace_;
  http::Client* client_ = nullptr;  // of what is under way
  JwksCounts counts_;
  std::string content_;  // of the keys in use
  std::string told_;     // why there are no other ones, as the log has it
  std::atomic<bool> is_missed_ = false;
  bool is_ended_ = false;
};

}  // namespace llmgw::proxy
