// SPDX-License-Identifier: MIT
// PURE: what a translation cannot carry over: what is left out and named, and why it is refused.
//
// The parts of a translation share one of these. They go on after refuse(), so that one message
// names all that stands in the way; they may stop after reject(), of which the first one counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::chat {

/// Names and paths are the gateway's own words or are made harmless: what leaves this is of
/// letters, digits and `_-.[]`, so that it can stand in a field of a head.
class Losses {
 public:
  /// The target outlives this.
  explicit Losses(const TranslationTarget& target) noexcept : target_(target) {}

  /// Advisory: left out and named, each name once. Beyond most_names, `...` stands for the rest.
  void drop(std::string_view name);
  /// As drop(), of a member that the client has named: `prefix` is ours (`messages.`), `key` is the
  /// inside of its key.
  void drop_unknown(std::string_view prefix, std::string_view key);

  /// Binding: the target cannot honour that parameter. Left out and named where it is so set, in
  /// which case nothing more is to be done than not to write it.
  void refuse(std::string_view param) { refuse(param, "unsupported_parameter"); }
  /// The same, of a value that the target takes others than.
  void refuse_value(std::string_view param) { refuse(param, "unsupported_value"); }

  /// No good, whatever the target: 400 `invalid_value`. `why` ends a sentence that begins with the
  /// path: "has to be a string". Returns false, to be returned.
  bool reject(std::string path, std::string_view why);

  /// After reject(): the rest of the request need not be looked at.
  bool is_rejected() const noexcept { return rejected_.has_value(); }
  bool is_refused() const noexcept { return is_rejected() || !refused_.empty(); }

  /// With is_refused().
  TranslationRefusal refusal() const;
  std::vector<std::string> take_dropped() { return std::move(dropped_); }

  static constexpr std::size_t most_names = 64;
  static constexpr std::size_t longest_name = 64;

 private:
  void refuse(std::string_view param, std::string_view code);

  const TranslationTarget& target_;
  std::vector<std::string> dropped_;
  std::vector<std::string> refused_;
  std::string_view code_;  // of the first refusal
  std::optional<TranslationRefusal> rejected_;
};

}  // namespace llmgw::proxy::chat
