// SPDX-License-Identifier: MIT
// Attempts over real sockets, with a client and an upstream that the test plays.
#pragma once

#include "proxy/upstream/attempt.hpp"

#include <functional>
#include <thread>
#include <vector>

#include "tests/unit/proxy/upstream/stream_peer.hpp"

namespace llmgw::proxy {

using Form = Attempt::Form;

inline const std::string stream_body = R"({"model":"m","stream":true,"messages":[]})";
inline const std::string option = R"(,"stream_options":{"include_usage":true}})";
inline constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

inline std::string chat(const std::string& body) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string error(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Bad\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline const std::string refusal = error(400, R"({"error":{"param":"stream_options"}})");

struct Nothing final : Tap {
  explicit Nothing(RequestScanner& to) : scanner(to) {}
  void observe(std::string_view payload) noexcept override { scanner.observe(payload); }
  RequestScanner& scanner;
};

/// A request that has come in one piece, up to the end of `text`, and the attempts that follow.
class AttemptTest : public testing::Test, public CloseListener {
 protected:
  using Play = std::function<void(const StreamPeer&)>;

  void peer_closed() noexcept override {
    request_->note_client_gone();
    if (attempt_ != nullptr) attempt_->leave();
  }

  /// Plays the upstream of each connection in turn.
  void play(std::vector<Play> connections) {
    playing_ = std::jthread([this, plays = std::move(connections)] {
      for (const Play& each : plays) each(StreamPeer(port_.accept()));
    });
  }

  struct Outcome {
    AttemptEnd end;
    int status = 0;
    std::string rest;
    bool is_edited = false;
  };

  /// Attempts in these forms, one after the other.
  std::vector<Outcome> attempt(const std::string& text, std::vector<Form> forms) {
    std::vector<Outcome> outcomes;
    run(loop_, run_attempts(*this, text, std::move(forms), outcomes));
    return outcomes;
  }

  static Task<void> run_attempts(AttemptTest& self, std::string text, std::vector<Form> forms,
                                 std::vector<Outcome>& outcomes) {
    http::FieldStorage storage;
    const std::size_t head_size = text.find("\r\n\r\n") + 4;
    const auto head =
        http::parse_request_head(std::string_view(text).substr(0, head_size), storage);
    http::Exchange exchange(*self.client_.stream, *head, std::string_view(text).substr(head_size),
                            Deadline::Clock::now(), {.progress = self.progress_});
    RequestScanner scanner(self.patterns_, self.upstream_.dialect().requests);
    Nothing tap(scanner);
    ClientRequest request(exchange, {tap, scanner}, self, 1 << 20, self.workspace_);
    self.request_ = &request;
    EXPECT_EQ(request.take_arrived(), errc::ok);
    for (const Form form : forms) {
      Attempt attempt(self.terms_, request, form);
      self.attempt_ = &attempt;
      Outcome& outcome = outcomes.emplace_back();
      outcome.end = co_await attempt.run();
      outcome.is_edited = attempt.is_edited();
      if (outcome.end.verdict == Verdict::pass_on) {
        outcome.status = self.workspace_.answer.status;
        outcome.rest = self.workspace_.answer_bytes.rest;
      }
      if (attempt.is_sending()) co_await attempt.end_sending();
      self.attempt_ = nullptr;
    }
    self.client_.stream->watch(nullptr);
    self.client_.stream->close();
    self.upstream_.pool().close_idle();
  }

  UpstreamSettings settings() const {
    return {.name = "local",
            .type = "openai",
            .address = {false, "127.0.0.1", port_.port(), "/p", "upstream.test"}};
  }

  Upstreams::Pointer make() {
    Config config;
    config.upstreams.push_back(settings());
    CoolingBook book;
    std::vector<Upstreams::Part> parts(1);
    const UpstreamTerms terms{.pool = {}, .silence = std::chrono::seconds(5)};
    parts[0].upstream =
        std::make_unique<Upstream>(loop_, config.upstreams[0], nullptr, terms, counts_).release();
    return Upstreams::Pointer(
        std::make_unique<Upstreams>(RouteTable(config, book), std::move(parts)).release());
  }

  LoopbackPort port_{16};
  Loop loop_{std::chrono::milliseconds(10)};
  UpstreamCounts counts_;
  Upstreams::Pointer upstreams_ = make();
  Upstream& upstream_ = upstreams_->at(0);
  AttemptTerms terms_{*upstreams_};
  StreamPair client_{loop_};
  Workspace workspace_;
  JsonPatterns patterns_;
  std::chrono::milliseconds progress_ = std::chrono::seconds(5);
  ClientRequest* request_ = nullptr;
  Attempt* attempt_ = nullptr;
  std::jthread playing_;
};

}  // namespace llmgw::proxy
