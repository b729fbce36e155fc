// SPDX-License-Identifier: MIT
// One GET over loopback.
#include "common/http/probe.hpp"

#include <string>
#include <vector>

#include "common/async/spawn.hpp"
#include "common/http/client.hpp"
#include "common/net/look_up.hpp"

namespace llmgw::http {
namespace {

std::vector<Endpoint> endpoints_of(const ListenAddress& address) {
  const bool is_any = address.host.empty() || address.host == "0.0.0.0" || address.host == "::" ||
                      address.host == both_loopbacks;
  if (!is_any) return literal_address(address.host, address.port);
  auto both = literal_address("127.0.0.1", address.port);
  both.push_back(literal_address("::1", address.port).front());
  return both;
}

Task<int> status_of(Loop& loop, std::vector<Endpoint> endpoints, std::string request,
                    std::chrono::milliseconds limit) {
  const auto deadline = Deadline::Clock::now() + limit;
  auto stream = co_await connect(loop, endpoints, limit, nullptr);
  if (stream.has_error()) co_return 0;
  const auto rest =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Deadline::Clock::now());
  (*stream)->expires_after(rest);
  Gather& pieces = loop.gather();
  pieces.add(request);
  const Result<void> sent = co_await (*stream)->write(pieces);
  if (sent.has_error()) co_return 0;
  ResponseReader reader;
  const Result<void> came = co_await read_answer(**stream, reader);
  if (came.has_error()) co_return 0;
  co_return reader.response().status;
}

Task<void> ask(Loop& loop, std::vector<Endpoint> endpoints, std::string request,
               std::chrono::milliseconds limit, int& status) {
  status = co_await status_of(loop, std::move(endpoints), std::move(request), limit);
  loop.stop();
}

}  // namespace

bool probe(const ListenAddress& address, std::string_view path, std::chrono::milliseconds limit) {
  if (address.port == 0) return false;
  std::string request = head_of({.method = "GET", .path = path}, "localhost");
  constexpr std::chrono::milliseconds tick{20};
  Loop loop(tick);
  int status = 0;
  spawn(ask(loop, endpoints_of(address), std::move(request), limit, status));
  loop.run();
  return status == 200;
}

}  // namespace llmgw::http
