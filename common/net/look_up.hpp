// SPDX-License-Identifier: MIT
// Names to addresses, without anybody on a loop waiting in the system's resolver.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/loop.hpp"
#include "common/net/endpoint.hpp"

namespace llmgw {

/// All addresses of a host, none if there are none; blocks as long as the system's resolver does.
/// IPv6 and IPv4 alternate, in the order that the system prefers (RFC 8305 section 4).
std::vector<Endpoint> system_addresses(const std::string& host, std::uint16_t port);

/// The address that an IP literal stands for; none for a name.
std::vector<Endpoint> literal_address(const std::string& host, std::uint16_t port);

/// One question asked on a thread of its own, because getaddrinfo can neither be cancelled nor
/// bounded.
class LookUp {
 public:
  using Ask = std::function<std::vector<Endpoint>(const std::string&, std::uint16_t)>;
  using Done = std::function<void(std::vector<Endpoint>)>;

  /// `done` runs on the loop, unless this was destroyed before.
  LookUp(Loop& loop, Ask ask, std::string host, std::uint16_t port, Done done);
  ~LookUp();
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace llmgw
