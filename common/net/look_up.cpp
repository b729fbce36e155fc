// SPDX-License-Identifier: MIT
// The system's resolver on a detached thread.
#include "common/net/look_up.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <mutex>
#include <system_error>
#include <thread>

namespace llmgw {
namespace {

// The system's order is kept within each family, and the family of its first choice goes first.
std::vector<Endpoint> alternate_families(const std::vector<Endpoint>& sorted) {
  std::vector<Endpoint> first, second, mixed;
  for (const Endpoint& each : sorted) {
    (each.protocol() == sorted.front().protocol() ? first : second).push_back(each);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + host + ']' : host) + ':' +
         std::to_string(endpoint.port());
}

std::vector<Endpoint> literal_address(const std::string& host, std::uint16_t port) {
  boost::system::error_code fault;
  const auto address = boost::asio::ip::make_address(host, fault);
  if (fault) return {};
  return {Endpoint(address, port)};
}

std::vector<Endpoint> system_addresses(const std::string& host, std::uint16_t port) {
  using Resolver = boost::asio::ip::tcp::resolver;
  boost::asio::io_context unused;
  boost::system::error_code fault;
  const auto found = Resolver(unused).resolve(
      host, std::to_string(port), Resolver::address_configured | Resolver::numeric_service, fault);
  return alternate_families({found.begin(), found.end()});
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
