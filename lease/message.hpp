// SPDX-License-Identifier: MIT
// PURE: what proxies and the authority say to each other: one request, one answer, both JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "quota/balance.hpp"

namespace llmgw::lease {

using quota::Units;

/// Bounds of a message. What is beyond them is no message.
inline constexpr std::size_t most_rules = 4'096;
inline constexpr std::size_t longest_id = 255;        ///< of a rule, bytes
inline constexpr std::size_t longest_name = 128;      ///< of a proxy, an authority or a policy
inline constexpr std::size_t most_bytes = 2'097'152;  ///< of a body
inline constexpr Units most_units = Units{1} << 60;   ///< of any one number
inline constexpr std::int64_t most_wait = std::int64_t{1} << 40;  ///< of any one time, milliseconds

/// What a proxy tells of one rule, and asks. `got`, `used` and `back` are totals since its start,
/// so that a message which is lost, comes twice or comes late makes no unit and unmakes none.
struct RuleAsk {
  std::string_view id = {};  ///< `t:TENANT/RULE` or `k:KEY/RULE`
  Units got = 0;             ///< received of the authority
  Units used = 0;            ///< spent; also what was spent without having been received
  Units back = 0;            ///< handed back
  Units pending = 0;         ///< that exchanges wait for now
  Units least = 0;           ///< the smallest of these; 0: not told, all of `pending` is
  Units want = 0;            ///< that would last for half a lease
  bool is_gone = false;  ///< the proxy has it no more, and forgets its totals once this is answered
};

/// Views are into the text it was decoded from, or belong to whoever made it.
struct SyncRequest {
  std::string_view proxy = {};   ///< another one with each start
  std::uint64_t seq = 0;         ///< rises with each request of one proxy; 1 or more
  std::string_view policy = {};  ///< a hash of the proxy's rules; may be empty
  bool was_away = false;         ///< it went on by itself, and comes back
  bool is_leaving = false;       ///< its last one
  std::vector<RuleAsk> rules = {};
  std::deque<std::string> texts = {};  ///< what views are of that had escapes
};

/// What the authority answers about one rule.
struct RuleAnswer {
  std::string_view id = {};
  Units grant = 0;          ///< may be spent from now on; debt first
  Units remaining = 0;      ///< that others can still have
  std::int64_t retry = 0;   ///< milliseconds during which asking again is of no use
  std::int64_t ttl = 0;     ///< milliseconds, where it is less than that of the answer; else 0
  std::int64_t reset = 0;   ///< of a budget: milliseconds to the end of its calendar window
  std::int64_t period = 0;  ///< of a budget: another number with each window
  bool is_unknown = false;  ///< no such rule here: the proxy is by itself
  bool is_refused = false;  ///< known, but nothing can be lent for a fault of the authority's
};

struct SyncAnswer {
  std::uint64_t seq = 0;  ///< that of the request
  std::string_view authority = {};
  std::uint32_t proxies = 0;  ///< that are alive, the asking one among them
  std::int64_t ttl = 0;       ///< of leases, milliseconds
  std::vector<RuleAnswer> rules = {};
  std::deque<std::string> texts = {};  ///< what views are of that had escapes
};

/// Why a text is no message: a phrase without any of its bytes.
struct MessageFault {
  std::string_view reason;
};
template <class T>
using Decoded = boost::system::result<T, MessageFault>;

/// What result::value() throws where the fault was not looked at first.
[[noreturn]] void throw_exception_from_error(const MessageFault& fault,
                                             const boost::source_location&);

/// Members that are not known are passed over. `text` outlives what is returned.
Decoded<SyncRequest> decode_request(std::string_view text);
Decoded<SyncAnswer> decode_answer(std::string_view text);

std::string encode(const SyncRequest& request);
std::string encode(const SyncAnswer& answer);

/// Whether a rule's id can be told: 1 to longest_id bytes of visible ASCII.
bool is_id(std::string_view text) noexcept;

}  // namespace llmgw::lease
