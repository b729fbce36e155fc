// SPDX-License-Identifier: MIT
// ClientRequest: a request as it comes from its client, from the first bytes to the last.
#pragma once

#include <memory>

#include "proxy/http/exchange.hpp"
#include "proxy/metering/request_scanner.hpp"
#include "proxy/provider/request_edit.hpp"
#include "proxy/upstream/held_request.hpp"
#include "proxy/upstream/reframe.hpp"
#include "proxy/upstream/relay.hpp"
#include "proxy/upstream/workspace.hpp"

namespace llmgw::proxy {

/// Lives with its exchange, whose client it watches.
class ClientRequest {
 public:
  /// What its body is shown to.
  struct Taps {
    Tap& tap;
    const RequestScanner& scanner;
  };

  /// `listener` is told when the client leaves. `most`: bytes of its body. All outlive this.
  ClientRequest(http::Exchange& exchange, Taps taps, CloseListener& listener, std::uint64_t most,
                Workspace& workspace) noexcept;

  http::Exchange& exchange() const noexcept { return exchange_; }
  ByteStream& client() const noexcept { return exchange_.client(); }
  Workspace& workspace() const noexcept { return workspace_; }
  const RequestFacts& facts() const noexcept { return taps_.scanner.facts(); }
  /// What cannot be asked of the head once that is gone.
  bool is_head() const noexcept { return is_head_; }
  int client_minor_version() const noexcept { return minor_version_; }

  /// Whether all of the body has come.
  bool is_complete() const noexcept { return exchange_.body().is_complete(); }
  bool is_client_gone() const noexcept { return is_client_gone_; }
  void note_client_gone() noexcept { is_client_gone_ = true; }
  /// The gateway itself has told the client to send its body.
  bool is_told_to_continue() const noexcept { return is_told_to_continue_; }

  /// Takes what has come of the body: it lies in arrived(), behind a place for a head, until the
  /// first suspension. errc::ok, malformed_message, body_too_large.
  errc take_arrived();
  Gather& arrived() const noexcept { return *arrived_; }

  /// Of a request of which nothing was taken, and which is refused: whether it may well be that its
  /// connection can go on.
  bool may_be_forgotten() const noexcept;
  /// Takes its body, and forgets it, as far as that comes within a second and is 64 KB at most.
  Task<void> forget();

  /// Copies head and body as far as they have come, so that both outlast suspensions.
  void hold();
  /// What is held; null if nothing is.
  HeldRequest* held() const noexcept { return held_.get(); }
  /// Nothing of it will be sent again.
  void let_go() noexcept {
    if (held_ != nullptr) release();
  }

  /// Whether more of requests may be held, going by what is.
  bool has_room() const noexcept { return workspace_.held.has_room(); }
  /// The same of all that is still to come, where its length is known.
  bool has_room_for(const http::Framing& framing) const noexcept;
  /// Whether the edit may concern the request, going by what has come of its body, and by the
  /// memory it takes.
  bool may_be_edited_by(const RequestEdit& edit) const noexcept;
  /// Reads the rest of what is held, as long as that is so. A client that waits to be told to send
  /// it is told so, as the upstream cannot be asked yet. errc::ok also where the client has left;
  /// timed_out, malformed_message, body_too_large.
  Task<errc> read_rest_for(const RequestEdit& edit);

  /// Reads the rest of what is held, as far as there is room for it; see is_complete(). The same
  /// results.
  Task<errc> read_rest();

  /// The same, until so many bytes of its payload have come.
  Task<errc> read_up_to(std::uint64_t most);

  /// Passes on what comes of the body from now on.
  Task<RelayEnd> relay_to(ByteStream& upstream, std::chrono::milliseconds silence);

  /// Has the client's leaving told, now or, while it still sends its body, when that ends.
  void watch_client();
  /// Has it told even so.
  void watch_client_now() { client().watch(&listener_); }

 private:
  static constexpr std::size_t most_forgotten = 64 * 1024;

  errc take(std::string_view input, Gather& out);
  template <class Wants>
  Task<errc> read_while(Wants wants);
  void release() noexcept;
  Task<void> tell_to_continue();

  http::Exchange& exchange_;
  Taps taps_;
  CloseListener& listener_;
  Workspace& workspace_;
  const std::uint64_t most_;
  Gather* arrived_ = nullptr;
  std::unique_ptr<HeldRequest> held_;
  const std::uint8_t minor_version_;
  const bool is_head_;
  bool is_client_gone_ = false;
  bool is_told_to_continue_ = false;
};

}  // namespace llmgw::proxy
