// SPDX-License-Identifier: MIT
// Billing: counts what each provider would ask money for, so that tests can hold events against it.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "tests/mock_upstream/route.hpp"
#include "tests/mock_upstream/stream_steps.hpp"
#include "tests/mock_upstream/tokens.hpp"

namespace llmgw::mock {

/// Any thread.
class Billing {
 public:
  /// A request has come, whatever becomes of it.
  void note_request(Dialect dialect);
  /// An answer was made, whole or up to a cut. Refusals and errors in place of answers are free.
  void add(Dialect dialect, const Tokens& tokens);

  /// A JSON object: for each dialect `requests` and, of those billed, `calls` and sums of tokens.
  std::string text();

 private:
  struct Account {
    std::uint64_t requests = 0;
    std::uint64_t calls = 0;
    Tokens sum;
  };
  std::mutex mutex_;
  std::array<Account, dialect_count> accounts_;
};

/// The bill of one stream: made out when it ends, however it ends, and if anything was sent.
class StreamBill {
 public:
  StreamBill(Billing& billing, Dialect dialect, const Tokens& whole)
      : billing_(billing), dialect_(dialect), whole_(whole) {}
  ~StreamBill() {
    if (started_) billing_.add(dialect_, ended_ ? whole_ : whole_.cut_to(pieces_));
  }
  StreamBill(const StreamBill&) = delete;
  StreamBill& operator=(const StreamBill&) = delete;

  /// Before the step is taken.
  void note(Step::Kind step) noexcept {
    const bool piece = step == Step::Kind::piece;
    started_ = started_ || piece || step == Step::Kind::send;
    ended_ = step == Step::Kind::done;
    pieces_ += piece ? 1 : 0;
  }

 private:
  Billing& billing_;
  Dialect dialect_;
  Tokens whole_;
  std::size_t pieces_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace llmgw::mock
