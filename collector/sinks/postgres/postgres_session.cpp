// SPDX-License-Identifier: MIT
// Connecting, with a pause that doubles while that fails.
#include "collector/sinks/postgres/postgres_session.hpp"

#include <algorithm>

#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{5'000};

}  // namespace

Result<void> PostgresSession::ensure(Connection::Deadline deadline) {
  connection_.set_deadline(deadline);
  if (connection_.is_open()) return {};
  const auto now = std::chrono::steady_clock::now();
  if (last_fault_ && now < next_try_) return *last_fault_;
  const auto opened = open();
  if (opened.has_error()) {
    connection_.close();
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    next_try_ = std::chrono::steady_clock::now() + pause_;
    last_fault_ = opened.error();
    say_away(opened.error());
    return opened;
  }
  pause_ = std::chrono::milliseconds(0);
  last_fault_.reset();
  is_said_away_ = false;
  up_.set(1);
  log::info("connected to the store",
            {{"host", connection_.host()}, {"version", connection_.server_version()}});
  return {};
}

void PostgresSession::say_away(const boost::system::error_code& fault) {
  up_.set(0);
  if (std::exchange(is_said_away_, true)) return;
  const bool is_of_server = postgres_fault_kind(fault) == PostgresFault::lost ||
                            postgres_fault_kind(fault) == PostgresFault::standby;
  const std::string& words = connection_.message();
  log::error("cannot connect to the store; tried again",
             {{"hosts", hosts_text(server_.url)},
              {"reason", is_of_server && !words.empty() ? words : fault.message()}});
}

Result<void> PostgresSession::open() {
  if (const auto opened = connection_.open(server_, true); opened.has_error()) return opened;
  if (const auto ready = open_tables(); ready.has_error()) return ready;
  return prepare_(connection_);
}

Result<void> PostgresSession::open_tables() {
  const auto pending = pending_migrations(connection_, server_);
  if (pending.has_error()) return pending.error();
  if (pending->empty()) return {};
  const bool is_new = pending->size() == postgres_migrations().size();
  if (!may_change_tables_ && !is_new) return StoreFault::migration_needed;
  const auto taken = migrate(connection_, server_);
  if (taken.has_error()) return taken.error();
  if (*taken > 0)
    log::info("tables of the store changed",
              {{"path", hosts_text(server_.url)}, {"schema", postgres_migrations().back().number}});
  return {};
}

void PostgresSession::note(const boost::system::error_code& fault) {
  connection_.roll_back();
  const PostgresFault kind = postgres_fault_kind(fault);
  if (kind == PostgresFault::lost || kind == PostgresFault::standby) connection_.close();
  if (!connection_.is_open()) up_.set(0);
}

}  // namespace llmgw::collector
