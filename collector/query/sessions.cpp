// SPDX-License-Identifier: MIT
// A list in the order of time: the first ends first.
#include "collector/query/sessions.hpp"

#include <algorithm>

#include "common/system/sha256.hpp"
#include "common/text/trim.hpp"

namespace llmgw::collector {

void Sessions::open(std::string_view id, std::string_view token, Time now) {
  forget_ended(now);
  if (all_.size() >= most) {
    const auto same = std::find_if(all_.begin(), all_.end(),
                                   [token](const Entry& each) { return each.token == token; });
    all_.erase(same == all_.end() ? all_.begin() : same);
  }
  all_.push_back({sha256_hex(id), std::string(token), now + life});
}

std::string_view Sessions::token_of(std::string_view id, Time now) {
  forget_ended(now);
  const std::string digest = sha256_hex(id);
  for (const Entry& each : all_)
    if (each.id == digest) return each.token;
  return {};
}

void Sessions::close(std::string_view id) {
  const std::string digest = sha256_hex(id);
  all_.remove_if([&digest](const Entry& each) { return each.id == digest; });
}

void Sessions::forget_ended(Time now) {
  while (!all_.empty() && all_.front().ends <= now) all_.pop_front();
}

std::string_view cookie_of(std::string_view cookies, std::string_view name) noexcept {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view pair = trim(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

}  // namespace llmgw::collector
