// SPDX-License-Identifier: MIT
// PURE: the settings of routing: what may be asked for, who answers, and what follows on a failure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmgw::proxy {

/// Why another target may be asked in place of one that failed.
enum class Cause : std::uint8_t {
  unsent,        ///< it has no byte of the request
  rate_limit,    ///< 429
  key,           ///< 401, 402, 403, or a spent quota: the gateway's key is at fault
  overloaded,    ///< 503, 529, or an error as the first event of a stream
  not_found,     ///< 404
  server_error,  ///< any other 5xx
  timeout,       ///< no head, or no first event, in time
  reset,         ///< the connection was lost behind the first byte of the request
  context,       ///< the request is too long for it: 413, or a 400 that says so
  none,          ///< it did not fail, or not so that another one would help
};
inline constexpr std::size_t cause_count = 9;
inline constexpr std::array<std::string_view, cause_count> cause_words{
    "unsent",       "rate_limit", "key",   "overloaded", "not_found",
    "server_error", "timeout",    "reset", "context"};

/// Empty for Cause::none.
constexpr std::string_view cause_word(Cause cause) noexcept {
  return cause == Cause::none ? std::string_view() : cause_words[static_cast<std::size_t>(cause)];
}

/// A set of them.
class Causes {
 public:
  constexpr Causes() noexcept = default;
  constexpr Causes(std::initializer_list<Cause> all) noexcept {
    for (const Cause each : all) add(each);
  }
  constexpr void add(Cause cause) noexcept { bits_ |= 1U << static_cast<unsigned>(cause); }
  /// Never of Cause::none.
  constexpr bool contains(Cause cause) const noexcept {
    return cause != Cause::none && ((bits_ >> static_cast<unsigned>(cause)) & 1U) != 0;
  }
  constexpr bool is_empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(Causes, Causes) noexcept = default;

 private:
  std::uint32_t bits_ = 0;
};

struct RetrySettings {
  std::size_t attempts = 2;  ///< targets in all, the first included
  /// Those in which nothing can have been billed.
  Causes causes{Cause::unsent, Cause::rate_limit, Cause::key, Cause::overloaded};
  std::chrono::nanoseconds wait_max = std::chrono::seconds(2);  ///< for a target that names a wait

  static constexpr std::size_t most_attempts = 8;
  friend bool operator==(const RetrySettings&, const RetrySettings&) = default;
};

/// When a target that fails is left alone.
struct CooldownSettings {
  std::uint64_t failures = 5;                                  ///< 0: never for failures
  std::chrono::nanoseconds window = std::chrono::seconds(30);  ///< in which they come
  std::chrono::nanoseconds open = std::chrono::seconds(10);    ///< doubled each time
  std::chrono::nanoseconds longest = std::chrono::minutes(5);

  friend bool operator==(const CooldownSettings&, const CooldownSettings&) = default;
};

/// How a model is told how much to think.
enum class ReasoningForm : std::uint8_t { adaptive, budget, level, off };
inline constexpr std::array<std::string_view, 4> reasoning_words{"adaptive", "budget", "level",
                                                                 "off"};

/// What is said of a model whose requests are translated; what is not said is told by its name.
struct TranslationSettings {
  std::optional<std::uint64_t> default_max_tokens = {};  ///< where the client names none
  std::optional<std::uint64_t> max_output_tokens = {};   ///< the most that the model takes
  std::optional<ReasoningForm> reasoning = {};
  std::optional<bool> has_sampling = {};      ///< takes temperature, top_p, top_k
  std::optional<bool> has_forced_tools = {};  ///< takes a choice of tools that forces a call
  std::optional<bool> has_system_turns = {};  ///< takes system messages between the others
  bool shows_reasoning = true;                ///< clients are given what it thought
  bool marks_cache = false;                   ///< the last block is marked for the provider's cache
  bool streams_tool_input = false;            ///< arguments come piece by piece
  bool reduces_schema = false;                ///< schemas in the narrow form of older models

  friend bool operator==(const TranslationSettings&, const TranslationSettings&) = default;
};

struct TargetSettings {
  std::size_t upstream = 0;  ///< its number
  std::string model = {};    ///< what its provider calls the model; empty: as asked
  std::uint64_t weight = 1;  ///< 0: only when nothing else is free
  TranslationSettings translation = {};
};

/// What clients may ask for.
struct ModelSettings {
  std::string name = {};  ///< exact, or a prefix with `*` at its end
  std::vector<TargetSettings> targets = {};
  std::vector<std::size_t> fallback = {};  ///< numbers of models, in order
  bool has_affinity = false;
  bool drops_unsupported = false;            ///< what a target cannot honour is left out and named
  bool prefers_native = false;               ///< targets that need no translation come first
  std::optional<bool> shows_reasoning = {};  ///< of all its targets; nothing: as their providers
  RetrySettings retry = {};
};

/// All that are given have to hold; of each list one. A `*` at the end stands for any text.
struct RouteMatch {
  std::vector<std::string> tenants = {};
  std::vector<std::string> models = {};
  std::vector<std::size_t> upstreams = {};  ///< of the target; for `deny` alone
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<std::string> paths = {};
};

struct RouteSettings {
  std::string name = {};
  RouteMatch match = {};
  std::vector<TargetSettings> targets = {};
  std::string model = {};  ///< go on as if this one had been asked for; empty: see `targets`
  bool denies = false;
  bool drops_unsupported = false;
  bool prefers_native = false;
  RetrySettings retry = {};
};

struct Routing {
  std::vector<ModelSettings> models = {};
  std::vector<RouteSettings> routes = {};
  RetrySettings retry = {};  ///< of requests that no model's entry decides on
  bool drops_unsupported = false;
  bool remembers_signatures = false;  ///< what clients lose of them is filled in
};

/// Whether `text` is `pattern`, or begins with it where that ends in `*`.
constexpr bool matches(std::string_view pattern, std::string_view text) noexcept {
  if (!pattern.ends_with('*')) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace llmgw::proxy
