// SPDX-License-Identifier: MIT
// Lines to tokens, and the comparison.
#include "common/settings/bearer_tokens.hpp"

#include <algorithm>

#include "common/text/case_blind.hpp"

namespace llmgw {
namespace {

constexpr std::string_view scheme = "Bearer ";
constexpr std::size_t longest = 4'096;
constexpr std::size_t most_tokens = 2;

bool is_token(std::string_view text) noexcept {
  return text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// The name of a scheme is in any case (RFC 9110 section 11.1).
bool has_scheme(std::string_view authorization) noexcept {
  return authorization.size() > scheme.size() && starts_ignoring_case(authorization, scheme);
}

// Every byte given is looked at, whatever the ones before were.
bool is_equal(std::string_view given, std::string_view expected) noexcept {
  volatile unsigned char difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const int bits = given[i] ^ expected[i % expected.size()];
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(bits));
  }
  return difference == 0;
}

}  // namespace

Result<BearerTokens> BearerTokens::parse(std::string content) {
  const Secret whole(std::move(content));  // wiped, whichever way this goes
  std::string_view rest = whole.reveal();
  BearerTokens made;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty()) continue;
    if (!is_token(line) || made.tokens_.size() == most_tokens) return errc::invalid_setting;
    made.tokens_.emplace_back(std::string(line));
  }
  if (made.is_empty()) return errc::invalid_setting;
  return made;
}

Secret BearerTokens::authorization() const {
  if (tokens_.empty()) return {};
  return Secret(std::string(scheme).append(tokens_.front().reveal()));
}

bool BearerTokens::accepts(std::string_view authorization) const noexcept {
  if (!has_scheme(authorization)) return false;
  authorization.remove_prefix(scheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  bool is_known = false;
  for (const Secret& each : tokens_) is_known |= is_equal(authorization, each.reveal());
  return is_known;
}

}  // namespace llmgw
