// SPDX-License-Identifier: MIT
// PURE: Holders: all rules of one proxy, and when it speaks with the authority.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lease/holder.hpp"

namespace llmgw::lease {

/// How a proxy stands with the authority.
enum class Contact : std::uint8_t {
  ok,     ///< the last request was answered, or none was sent yet
  stale,  ///< the last one was not, and it is tried again
  away,   ///< nobody waits for it any more; it is asked now and then whether it is back
};

/// Belongs to one thread, which keeps this order: tick() at least every 50 ms while is_busy(), and
/// once a second else; send what encode() gives as soon as next_send() is due, on one connection;
/// tell what came of it by on_answer() or on_failure(). Nothing here reads a clock or waits.
class Holders {
 public:
  /// `proxy`: another one with each start. `policy`: a hash of its rules, or empty.
  Holders(std::string proxy, std::string policy, Instant now);
  ~Holders();
  Holders(const Holders&) = delete;
  Holders& operator=(const Holders&) = delete;

  /// A rule that is used from now on; of an id that is there already its holder, with these terms
  /// (the balance is then the one it had). It stays where it is until remove().
  Holder& add(std::string_view id, const HolderTerms& terms, quota::Balance& balance);
  /// What it has is handed back with the next request; the balance is not touched any more.
  void remove(std::string_view id);
  void set_policy(std::string policy) { policy_ = std::move(policy); }

  /// An exchange waits for units of a rule whose stance is to ask; or it waits no more, however
  /// that ended.
  void wait(Holder& holder, Units units);
  void end_wait(Holder& holder, Units units) { holder.end_wait(units); }

  void tick(Instant now);
  /// Whether tick() has anything to look after.
  bool is_busy() const noexcept { return !active_.empty() || contact_ != Contact::ok; }

  /// When the next request is to be sent: now or before, if at once; Instant::max() while one is
  /// under way. Changes with every other call.
  Instant next_send(Instant now) const;
  /// The request to be sent at this moment.
  std::string encode(Instant now);
  /// The body of a good answer. Whether it was one, to the last request: else it changes nothing.
  /// Those who wait look at their balance again, and at the stance where that has too little.
  bool on_answer(std::string_view body, Instant now);
  /// The request under way was not answered, or by an error.
  void on_failure(Instant now);

  /// The end: everything is handed back and nothing asked for any more.
  void drain() noexcept { is_draining_ = true; }
  /// After drain(): the authority has been told.
  bool is_drained() const noexcept { return is_drained_; }

  Contact contact() const noexcept { return contact_; }
  /// Proxies that share the limits, as the authority said last; 0 before the first answer.
  std::uint32_t proxies() const noexcept { return standing_.proxies; }
  /// How often another authority than before has answered.
  std::uint64_t authority_changes() const noexcept { return authority_changes_; }
  std::size_t size() const noexcept { return by_id_.size(); }

  static constexpr std::size_t most_a_second = 20;
  /// A request that is not answered by then has failed.
  static constexpr std::chrono::milliseconds answer_time{200};
  /// The longest that an exchange waits for units.
  static constexpr std::chrono::milliseconds wait_time{100};

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Entry {
    std::unique_ptr<Holder> holder;
    bool is_active = false;
    bool is_removed = false;
    std::uint64_t told_in = 0;  // the request that said so
  };
  struct Sent {
    std::uint64_t seq = 0;
    Instant at;
    bool is_last = false;
  };

  void activate(Entry& entry);
  void look_at_all(Instant now);
  void tick_active(Instant now);
  void note_contact(Contact contact, Instant now);
  void note_authority(const SyncAnswer& answer, Instant now);
  Instant allowed_at() const noexcept;
  Instant wanted_at(Instant now) const;

  std::string proxy_;
  std::string policy_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> by_id_;
  std::vector<Entry*> active_;  // those that are not quiet
  Standing standing_;
  Contact contact_ = Contact::ok;
  Duration ttl_{std::chrono::seconds(2)};
  std::string authority_;
  std::uint64_t authority_changes_ = 0;
  Instant authority_since_{};
  std::optional<Sent> under_way_;
  Sent last_;
  std::uint64_t seq_ = 0;
  Instant silent_since_ = Instant::max();  // the first request since the last answer was sent
  std::size_t failures_ = 0;
  Instant next_try_{};
  Instant looked_at_;
  std::array<Instant, most_a_second> sent_at_{};  // the oldest at seq_ % most_a_second
  bool is_draining_ = false;
  bool is_drained_ = false;
};

}  // namespace llmgw::lease
