// SPDX-License-Identifier: MIT
// event-load: posts batches of metering events to a collector as fast as it takes them, and prints
// what that cost it.
//   event-load PORT PID CONNECTIONS BATCH_BYTES EVENTS
// The events are as common/metering_event encodes them, all different. One line of JSON: events,
// seconds, and the CPU seconds that process PID has used meanwhile.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/event/ids.hpp"
#include "common/event/metering_event.hpp"

namespace {

using namespace std::string_view_literals;

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// A request with a body of events whose ids are written anew each time.
class Batch {
 public:
  explicit Batch(std::size_t bytes) {
    std::string body;
    std::vector<std::size_t> lines;
    while (body.size() < bytes) {
      lines.push_back(body.size());
      append_event(body, static_cast<std::uint64_t>(lines.size()));
    }
    request_ =
        "POST /events HTTP/1.1\r\nHost: collector\r\nContent-Type: application/x-ndjson\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    for (const std::size_t line : lines) {
      constexpr auto key = "\"event_id\":\""sv;
      ids_.push_back(request_.size() + body.find(key, line) + key.size());
    }
    request_ += body;
  }

  void renew() {
    const auto now = std::chrono::system_clock::now();
    for (const std::size_t at : ids_) {
      const llmgw::IdText id = llmgw::uuid_text(random_.next(now));
      id.view().copy(request_.data() + at, id.view().size());
    }
  }

  std::string_view request() const { return request_; }
  std::size_t events() const { return ids_.size(); }

 private:
  void append_event(std::string& body, std::uint64_t number) {
    const auto now = std::chrono::system_clock::now();
    const llmgw::Uuid uuid = random_.next(now);
    const llmgw::IdText request_id = llmgw::request_id_text(uuid);
    const llmgw::IdText event_id = llmgw::uuid_text(uuid);
    llmgw::MeteringEvent event;
    event.request_id = request_id.view();
    event.tenant = "demo";
    event.app_key = "sha256:3f1c9a0b4d2e";
    event.provider = "openai";
    event.model = "gpt-4o-mini-2024-07-18";
    event.tokens = {14 + number % 1'000, 9, 23 + number % 1'000, 0, 0};
    event.latency = std::chrono::microseconds(812'400 + number);
    event.status_code = 200;
    event.ts = now;
    event.event_id = event_id.view();
    event.request_model = "gpt-4o-mini";
    event.endpoint = "/v1/chat/completions";
    event.stream = true;
    event.usage_source = llmgw::UsageSource::upstream;
    event.ttft = std::chrono::microseconds(211'700);
    event.upstream_request_id = "req_abc";
    event.request_bytes = 412;
    event.response_bytes = 9'310;
    event.captured_bytes = 9'310;
    event.finish_reason = "stop";
    llmgw::encode(event, body);
  }

  llmgw::IdGenerator random_;
  std::string request_;
  std::vector<std::size_t> ids_;
};

int connect_to(std::uint16_t port) {
  const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(connect(number, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  return number;
}

void exchange(int connection, std::string_view request) {
  while (!request.empty()) {
    const ssize_t sent = send(connection, request.data(), request.size(), MSG_NOSIGNAL);
    require(sent > 0, "send");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string answer;
  while (!answer.ends_with("}")) {
    char block[4'096];
    const ssize_t got = recv(connection, block, sizeof block, 0);
    require(got > 0, "recv");
    answer.append(block, static_cast<std::size_t>(got));
  }
  require(answer.starts_with("HTTP/1.1 202 "), answer.c_str());
}

struct Result {
  std::size_t events = 0;
  double elapsed = 0;
  double cpu = 0;
};

Result run(std::uint16_t port, pid_t pid, int connections, std::size_t bytes, std::size_t events) {
  std::atomic<std::size_t> posted{0};
  std::vector<Batch> batches;
  for (int i = 0; i < connections; ++i) batches.emplace_back(bytes);
  clockid_t cpu{};
  require(clock_getcpuclockid(pid, &cpu) == 0, "clock_getcpuclockid");
  const double begun = seconds(CLOCK_MONOTONIC);
  const double used = seconds(cpu);
  std::vector<std::thread> threads;
  for (Batch& batch : batches) {
    threads.emplace_back([&] {
      const int connection = connect_to(port);
      while (posted.fetch_add(batch.events()) < events) {
        batch.renew();
        exchange(connection, batch.request());
      }
      posted.fetch_sub(batch.events());
      close(connection);
    });
  }
  for (std::thread& each : threads) each.join();
  return {posted, seconds(CLOCK_MONOTONIC) - begun, seconds(cpu) - used};
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 6) {
    std::fputs("usage: event-load PORT PID CONNECTIONS BATCH_BYTES EVENTS\n", stderr);
    return 2;
  }
  const auto number = [&](std::size_t i) { return std::strtol(arguments[i], nullptr, 10); };
  const Result result = run(static_cast<std::uint16_t>(number(1)), static_cast<pid_t>(number(2)),
                            static_cast<int>(number(3)), static_cast<std::size_t>(number(4)),
                            static_cast<std::size_t>(number(5)));
  std::printf("{\"events\":%zu,\"seconds\":%.4f,\"cpu_seconds\":%.4f}\n", result.events,
              result.elapsed, result.cpu);
  return 0;
}
