// SPDX-License-Identifier: MIT
// PURE: the exchanges of one worker that are under way, and those among them that nothing will end.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>

namespace llmgw::proxy {

/// Belongs to its worker's thread.
class OpenExchange : public boost::intrusive::list_base_hook<
                         boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// Whether a time limit will end what it waits for.
  virtual bool is_limited() const noexcept = 0;
  /// Makes the event of an exchange that will not go on; nothing of it runs afterwards.
  virtual void abandon() = 0;

 protected:
  OpenExchange() = default;
  virtual ~OpenExchange() = default;

 private:
  friend class OpenExchanges;
  bool was_limited_ = true;
};

class OpenExchanges {
 public:
  void add(OpenExchange& exchange) noexcept { all_.push_back(exchange); }

  /// To be called once a tick. How many were found without a limit twice in a row: between a limit
  /// that has passed and what it sets going lies a turn of the loop.
  std::size_t count_overdue() noexcept {
    std::size_t overdue = 0;
    for (OpenExchange& each : all_) {
      const bool is_limited = each.is_limited();
      if (!is_limited && !each.was_limited_) ++overdue;
      each.was_limited_ = is_limited;
    }
    return overdue;
  }

  /// Abandons all; how many there were.
  std::size_t abandon() {
    std::size_t count = 0;
    for (OpenExchange& each : all_) {
      each.abandon();
      ++count;
    }
    all_.clear();
    return count;
  }

 private:
  boost::intrusive::list<OpenExchange, boost::intrusive::constant_time_size<false>> all_;
};

}  // namespace llmgw::proxy
