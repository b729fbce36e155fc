// SPDX-License-Identifier: MIT
// libpq without its blocking calls: what is sent and read is waited for here.
#include "collector/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

namespace llmgw::collector {
namespace {

namespace chrono = std::chrono;
using Clock = chrono::steady_clock;

constexpr chrono::milliseconds look_interval{100};  // at whether all is to end
constexpr std::size_t copy_piece = std::size_t{256} << 10;

std::string one_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (line.ends_with('\n')) line.pop_back();
  for (std::size_t at = 0; (at = line.find_first_of("\n\t", at)) != line.npos;)
    line.replace(at, 1, line[at] == '\n' ? "; " : "");
  return line;
}

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Result<void> Connection::fail(const boost::system::error_code& fault) {
  if (connection_) message_ = one_line(PQerrorMessage(connection_.get()));
  if (fault == errc::timed_out || message_.empty()) message_ = fault.message();
  close();
  return fault;
}

Result<Rows> Connection::lost() { return fail(postgres_fault(lost_state)).error(); }

// Ready, or past the deadline.
Result<void> Connection::wait(pg_conn* connection, bool for_writing, Deadline deadline) {
  for (;;) {
    if (is_ending_ != nullptr && is_ending_->load()) return errc::timed_out;
    const auto left = chrono::ceil<chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return errc::timed_out;
    pollfd ready{PQsocket(connection), static_cast<short>(for_writing ? POLLOUT | POLLIN : POLLIN),
                 0};
    if (ready.fd < 0) return postgres_fault(lost_state);
    const auto slice = is_ending_ != nullptr ? std::min(left, look_interval) : left;
    const auto most = std::min(slice, chrono::milliseconds(60'000));
    if (poll(&ready, 1, static_cast<int>(most.count())) > 0) return {};
  }
}

// All that is buffered leaves, and what comes meanwhile is read: the server may wait for that.
Result<void> Connection::send_all() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left < 0) return lost().error();
    if (left == 0) return {};
    const auto ready = wait(connection_.get(), true, deadline_);
    if (ready.has_error()) return fail(ready.error());
    if (PQconsumeInput(connection_.get()) == 0) return lost().error();
  }
}

// The next result of the statement under way; none where it has ended.
Result<Rows> Connection::next_result() {
  while (PQisBusy(connection_.get()) != 0) {
    const auto ready = wait(connection_.get(), false, deadline_);
    if (ready.has_error()) return fail(ready.error()).error();
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
  return Rows(PQgetResult(connection_.get()));
}

namespace {

boost::system::error_code fault_of(const PGresult* result) noexcept {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return postgres_fault(state == nullptr ? lost_state : std::string_view(state));
}

}  // namespace

Result<Rows> Connection::results() {
  Result<Rows> last = Rows();
  for (;;) {
    auto next = next_result();
    if (next.has_error()) return next.error();
    if (next->is_none()) return last;
    const PGresult* const raw = next->result();
    switch (PQresultStatus(raw)) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_EMPTY_QUERY:
        if (last) last = std::move(next);
        break;
      case PGRES_COPY_IN: return next;
      default:
        if (last) {
          message_ = one_line(PQresultErrorMessage(raw));
          last = fault_of(raw);
        }
        if (postgres_fault_kind(last.error()) == PostgresFault::lost ||
            PQstatus(connection_.get()) != CONNECTION_OK)
          return fail(last.error()).error();
        break;
    }
  }
}

Result<Rows> Connection::execute(const std::string& sql) {
  if (!is_open()) return postgres_fault(lost_state);
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
  if (const auto sent = send_all(); sent.has_error()) return sent.error();
  return results();
}

Result<Rows> Connection::run(const std::string& sql, const SqlValues& parameters) {
  if (!is_open()) return postgres_fault(lost_state);
  const std::size_t size = parameters.size();
  std::vector<const char*> values(size);
  std::vector<int> lengths(size);
  const std::vector<int> formats(size, 1);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = parameters.value(i).data();
    lengths[i] = static_cast<int>(parameters.value(i).size());
  }
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(size),
                        parameters.types().data(), values.data(), lengths.data(), formats.data(),
                        1) == 0)
    return lost();
  if (const auto sent = send_all(); sent.has_error()) return sent.error();
  return results();
}

Result<void> Connection::copy(const std::string& sql, std::string_view rows) {
  const auto begun = execute(sql);
  if (begun.has_error()) return begun.error();
  while (!rows.empty()) {
    const std::string_view piece = rows.substr(0, copy_piece);
    const int taken =
        PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size()));
    if (taken < 0) return lost().error();
    if (taken > 0) rows.remove_prefix(piece.size());
    if (const auto sent = send_all(); sent.has_error()) return sent;
  }
  int ended = 0;
  while ((ended = PQputCopyEnd(connection_.get(), nullptr)) == 0) {
    if (const auto sent = send_all(); sent.has_error()) return sent;
  }
  if (ended < 0) return lost().error();
  if (const auto sent = send_all(); sent.has_error()) return sent;
  const auto done = results();
  if (done.has_error()) return done.error();
  return {};
}

Result<void> Connection::commit() {
  const auto ended = execute("COMMIT");
  if (ended.has_error()) return ended.error();
  return ended->done() == "COMMIT" ? Result<void>() : Result<void>(postgres_fault("25P02"));
}

void Connection::roll_back() {
  if (!is_open() || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const std::string message = message_;
  if (const auto done = execute("ROLLBACK"); done.has_error()) close();
  message_ = message;
}

int Connection::server_version() const noexcept { return PQserverVersion(connection_.get()); }

bool Connection::is_utf8() const noexcept {
  const char* const encoding = PQparameterStatus(connection_.get(), "server_encoding");
  return encoding != nullptr && std::string_view(encoding) == "UTF8";
}

}  // namespace llmgw::collector
