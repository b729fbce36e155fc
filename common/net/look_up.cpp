// SPDX-License-Identifier: MIT
// getaddrinfo on a detached thread.
#include "common/net/look_up.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

namespace llmgw {
namespace {

// The system's order is kept within each family, and the family of its first choice goes first.
std::vector<Endpoint> alternate_families(const std::vector<Endpoint>& sorted) {
  std::vector<Endpoint> first, second, mixed;
  for (const Endpoint& each : sorted) {
    (each.is_v6() == sorted.front().is_v6() ? first : second).push_back(each);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "";
  if (endpoint.is_v6()) {
    inet_ntop(AF_INET6, &endpoint.v6.sin6_addr, text, sizeof text);
    return '[' + std::string(text) + "]:" + std::to_string(ntohs(endpoint.v6.sin6_port));
  }
  inet_ntop(AF_INET, &endpoint.v4.sin_addr, text, sizeof text);
  return std::string(text) + ':' + std::to_string(ntohs(endpoint.v4.sin_port));
}

std::vector<Endpoint> literal_address(const std::string& host, std::uint16_t port) {
  Endpoint made;
  if (inet_pton(AF_INET, host.c_str(), &made.v4.sin_addr) == 1) {
    made.v4.sin_family = AF_INET;
    made.v4.sin_port = htons(port);
    made.size = sizeof made.v4;
    return {made};
  }
  made.v6 = {};
  if (inet_pton(AF_INET6, host.c_str(), &made.v6.sin6_addr) != 1) return {};
  made.v6.sin6_family = AF_INET6;
  made.v6.sin6_port = htons(port);
  made.size = sizeof made.v6;
  return {made};
}

std::vector<Endpoint> system_addresses(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
  std::vector<Endpoint> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    Endpoint made;
    std::memcpy(&made.any, each->ai_addr, each->ai_addrlen);
    made.size = each->ai_addrlen;
    addresses.push_back(made);
  }
  freeaddrinfo(found);
  return alternate_families(addresses);
}

struct LookUp::State {
  std::mutex mutex;
  Loop* loop;  // nullptr once nobody waits any more
  Done done;   // touched on the loop only

  State(Loop& owner, Done then) : loop(&owner), done(std::move(then)) {}

  static void answer(const std::shared_ptr<State>& self, std::vector<Endpoint> found) {
    const std::scoped_lock lock(self->mutex);
    if (self->loop == nullptr) return;
    self->loop->post([self, addresses = std::move(found)] {
      if (self->done) std::exchange(self->done, nullptr)(addresses);
    });
  }
};

LookUp::LookUp(Loop& loop, Ask ask, std::string host, std::uint16_t port, Done done)
    : state_(std::make_shared<State>(loop, std::move(done))) {
  try {
    std::thread([state = state_, ask = std::move(ask), host = std::move(host), port] {
      State::answer(state, ask(host, port));
    }).detach();
  } catch (const std::system_error&) {  // no thread to be had
    State::answer(state_, {});
  }
}

LookUp::~LookUp() {
  state_->done = nullptr;
  const std::scoped_lock lock(state_->mutex);
  state_->loop = nullptr;
}

}  // namespace llmgw
