// SPDX-License-Identifier: MIT
// The loop runs for as long as an answer is waited for.
#include "collector/clickhouse/server.hpp"

#include <algorithm>
#include <optional>

#include "collector/clickhouse/server_fault.hpp"
#include "common/coding/compression.hpp"
#include "common/system/read_file.hpp"

namespace llmgw::collector {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds connect_time{2'000};
constexpr milliseconds look_time{20};  // between two looks whether all ends
constexpr std::size_t rows_most = std::size_t{64} << 20;
constexpr std::size_t worth_gzip = 8 * 1024;

milliseconds until(ClickHouseServer::Clock::time_point end) noexcept {
  const auto left = end - ClickHouseServer::Clock::now();
  return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(0));
}

bool is_loopback(const HttpUrl& url) noexcept {
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

// Nothing was sent yet: another host can be asked.
bool is_unreached(const boost::system::error_code& fault) noexcept {
  return fault == errc::refused || fault == errc::not_resolved || fault == errc::tls_failed;
}

// What stands in front of servers has its own words.
boost::system::error_code fault_of(const http::Response& response) noexcept {
  constexpr int authentication_failed = 516;
  if (const auto exception = exception_in(response.body)) return exception;
  if (response.status == 401 || response.status == 403)
    return {authentication_failed, clickhouse_category()};
  return response.status == 429 || response.status >= 500 ? errc::connection_reset
                                                          : errc::malformed_message;
}

struct Asked {
  std::optional<Result<http::Response>> answer;
  bool is_done = false;
};

Task<void> ask(http::Client& client, http::Request request, http::Client::Limits limits,
               Asked& asked) {
  auto answer = co_await client.request(request, limits);
  asked.answer.emplace(std::move(answer));
  asked.is_done = true;
}

/// Has the client give up once `is_ending` is true.
class Watch {
 public:
  Watch(Loop& loop, http::Client& client, const std::atomic<bool>* is_ending)
      : client_(client), is_ending_(is_ending), alarm_(loop) {
    if (is_ending_ != nullptr) look();
  }

 private:
  void look() {
    if (is_ending_->load()) return client_.cancel();
    alarm_.set(look_time, [this] { look(); });
  }

  http::Client& client_;
  const std::atomic<bool>* is_ending_;
  Alarm alarm_;
};

}  // namespace

Result<std::unique_ptr<ClickHouseServer>> ClickHouseServer::make(ServerAccess access) {
  std::unique_ptr<TlsContext> tls;
  if (access.url.hosts.front().tls) {
    auto made = TlsContext::make(access.ca_pem);
    if (made.has_error()) return made.error();
    tls = std::move(*made);
  }
  return std::unique_ptr<ClickHouseServer>(new ClickHouseServer(std::move(access), std::move(tls)));
}

ClickHouseServer::ClickHouseServer(ServerAccess access, std::unique_ptr<TlsContext> tls)
    : access_(std::move(access)), tls_(std::move(tls)) {
  for (const HttpUrl& each : access_.url.hosts)
    clients_.push_back(std::make_unique<http::Client>(loop_, each, tls_.get()));
}

Result<void> ClickHouseServer::run(const ServerQuery& statement, const Limits& limits) {
  const auto body = post(statement, {}, limits, http::ResponseReader::usual_body_most);
  if (body.has_error()) return body.error();
  // What was begun as well done and failed then; statements on a cluster tell of each server.
  if (const auto exception = exception_in(*body)) return exception;
  return {};
}

Result<void> ClickHouseServer::insert(const ServerQuery& statement, std::string_view rows,
                                      const Limits& limits) {
  const auto body = post(statement, rows, limits, http::ResponseReader::usual_body_most);
  if (body.has_error()) return body.error();
  // An answer of 200 that is followed by words is one that has failed half-way.
  if (body->empty()) return {};
  const auto exception = exception_in(*body);
  return exception ? exception : boost::system::error_code(errc::malformed_message);
}

Result<ServerRows> ClickHouseServer::select(ServerQuery statement, const Limits& limits) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(until(limits.deadline)).count();
  statement.set("default_format", "JSONCompact")
      .set("output_format_json_quote_64bit_integers", 0)
      .set("output_format_write_statistics", 0)
      .set("do_not_merge_across_partitions_select_final", 1)
      .set("cancel_http_readonly_queries_on_client_close", 1)
      .set("max_execution_time", std::max<std::int64_t>(seconds, 1))
      .set("max_memory_usage", std::int64_t{4} << 30)
      .set("readonly", 2);
  std::size_t left = clients_.size() - (client().has_kept_connection() ? 0 : 1);
  auto body = post(statement, {}, limits, rows_most);
  for (; body.has_error() && clickhouse_fault_kind(body.error()) == ClickHouseFault::connection &&
         left > 0;
       --left)
    body = post(statement, {}, limits, rows_most);
  if (body.has_error()) return body.error();
  // The text of an exception stands behind what was sent before it.
  constexpr std::size_t tail = 16 * 1024;
  const std::string end = body->substr(body->size() - std::min(body->size(), tail));
  auto rows = ServerRows::read(std::move(*body));
  if (rows.has_error()) {
    if (const auto exception = exception_in(end)) return exception;
  }
  return rows;
}

void ClickHouseServer::pause(milliseconds duration) {
  bool is_done = false;
  Alarm alarm(loop_);
  alarm.set(duration, [&is_done] { is_done = true; });
  loop_.run_until(is_done);
}

Result<std::string> ClickHouseServer::post(const ServerQuery& statement, std::string_view rows,
                                           const Limits& limits, std::size_t body_most) {
  const bool has_rows = !rows.empty();
  const bool is_packed = rows.size() > worth_gzip && !is_loopback(access_.url.hosts[host_]);
  const std::string packed = is_packed ? gzip(rows) : std::string();
  ServerQuery whole = statement;
  whole.set("wait_end_of_query", 1);
  const std::string target = whole.target(access_.url.database, has_rows);
  http::Request request{.method = "POST", .path = target, .body = has_rows ? rows : whole.sql()};
  if (is_packed) {
    request.content_encoding = "gzip";
    request.body = packed;
  }
  auto response = try_hosts(request, limits, body_most);
  if (response.has_error()) return response.error();
  if (response->status == 200) return std::move(response->body);
  const auto fault = fault_of(*response);
  if (is_passing(clickhouse_fault_kind(fault))) take_next_host();
  return fault;
}

// Whoever has not been reached has not done anything.
Result<http::Response> ClickHouseServer::try_hosts(const http::Request& request,
                                                   const Limits& limits, std::size_t body_most) {
  for (std::size_t tried = 1;; ++tried) {
    auto response = exchange(request, limits, body_most);
    if (response) return response;
    take_next_host();
    if (!is_unreached(response.error()) || tried == clients_.size()) return response;
  }
}

Result<http::Response> ClickHouseServer::exchange(const http::Request& request,
                                                  const Limits& limits, std::size_t body_most) {
  const milliseconds left = until(limits.deadline);
  if (left == milliseconds(0)) return errc::timed_out;
  if (!client().has_kept_connection()) {
    if (const auto read = read_password(); read.has_error()) return read.error();
  }
  const http::OutField fields[] = {{"X-ClickHouse-User", access_.url.user},
                                   {"X-ClickHouse-Key", password_.reveal()}};
  http::Request whole = request;
  whole.fields = std::span<const http::OutField>(fields, password_.is_empty() ? 1 : 2);
  Asked asked;
  spawn(ask(client(), whole,
            {.connect = std::min(connect_time, left), .all = left, .body_most = body_most}, asked));
  const Watch watch(loop_, client(), asked.is_done ? nullptr : limits.is_ending);
  loop_.run_until(asked.is_done);
  return std::move(*asked.answer);
}

void ClickHouseServer::take_next_host() noexcept { host_ = (host_ + 1) % clients_.size(); }

Result<void> ClickHouseServer::read_password() {
  if (access_.password_file.empty()) return {};
  auto content = read_file(access_.password_file);
  if (content.has_error()) return content.error();
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  const bool is_good = std::none_of(content->begin(), content->end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  password_ = Secret(std::move(*content));
  return is_good && !password_.is_empty() ? Result<void>() : Result<void>(errc::invalid_setting);
}

}  // namespace llmgw::collector
