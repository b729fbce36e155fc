// SPDX-License-Identifier: MIT
// Upstream: the provider that stands behind every gateway measured; checks what it receives.
#pragma once

#include <memory>
#include <queue>
#include <vector>

#include "bench/load/message.hpp"
#include "bench/load/socket.hpp"
#include "bench/load/texts.hpp"

namespace llmgw::bench {

/// How requests are answered until the next script.
struct Script {
  const Answers* answers = &openai_answers;
  std::string_view request_body;  ///< what must arrive
  std::string_view
      request_content;  ///< not empty: this must be in it, the rest may be written anew
  bool stream = false;
  std::int64_t gap = 0;      ///< between two chunks of one stream, in ns
  std::uint32_t chunks = 0;  ///< of one stream; 0: until finish_streams()
  std::uint32_t slots = 1;   ///< phases that streams are spread over, evenly within a gap
  bool silent = false;       ///< nothing follows the first chunk until finish_streams()
};

class Upstream {
 public:
  /// `tls` may be nullptr.
  Upstream(Reactor& reactor, SSL_CTX* tls);
  ~Upstream();

  std::uint16_t port() const noexcept { return port_; }
  void play(const Script& script);
  /// Lets every open stream end properly at its next chunk, silent ones at once.
  void finish_streams();

  /// Sends the chunks that are due and tells when the next one is.
  std::int64_t send_due(std::int64_t now);
  /// Requests whose body was not what the client had sent.
  std::uint64_t faults() const noexcept { return faults_; }
  /// Chunks that could not be sent in time and were left out.
  std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  struct Listener;
  class Connection;
  struct Due {
    std::int64_t at;
    Connection* connection;
    std::uint64_t stream;  // which of its streams: connections are used again
    bool operator>(const Due& other) const noexcept { return at > other.at; }
  };

  void accept_all();

  Reactor& reactor_;
  SSL_CTX* tls_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Listener> listener_;
  Script script_;
  bool finishing_ = false;
  std::uint64_t faults_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint32_t next_slot_ = 0;
  std::int64_t origin_ = 0;  // of the phases
  std::uint64_t streams_ = 0;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<std::unique_ptr<Connection>> connections_;  // never freed, so that Due may point
  std::vector<Connection*> unused_;
};

}  // namespace llmgw::bench
