// SPDX-License-Identifier: MIT
// Host by host, address by address, each for its share of the time.
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "collector/postgres/connection.hpp"
#include "common/net/look_up.hpp"
#include "common/secret.hpp"
#include "common/system/read_file.hpp"

namespace llmgw::collector {
namespace {

namespace chrono = std::chrono;
using Clock = chrono::steady_clock;

constexpr chrono::seconds least_share{1};
constexpr std::size_t most_addresses = 8;  // of a host
constexpr std::size_t longest_password = 4'096;
constexpr const char* system_certificates = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* no_file = "/nonexistent";  // in the place of libpq's own choice

// libpq looks for a value in the environment wherever it was given none, and for a service in any
// case. What it finds there was not meant for this program.
void forget_environment() {
  static std::once_flag once;
  std::call_once(once, [] {
    std::vector<std::string> names;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
      const std::string_view line = *each;
      if (line.starts_with("PG")) names.emplace_back(line.substr(0, line.find('=')));
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
  });
}

Result<Secret> password_of(const std::string& file) {
  if (file.empty()) return Secret();
  auto content = read_file(file);
  if (content.has_error()) return content.error();
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  if (content->size() > longest_password || content->find('\0') != content->npos)
    return errc::invalid_setting;
  return Secret(std::move(*content));
}

// Names and values of a connection; what views the password ends with it.
class Options {
 public:
  void add(const char* name, std::string value) {
    names_.push_back(name);
    texts_.push_back(std::move(value));
  }
  Options& end(const Secret& password) {
    if (!password.is_empty()) {
      password_.assign(password.reveal());
      names_.push_back("password");
    }
    for (const std::string& each : texts_) values_.push_back(each.c_str());
    if (!password.is_empty()) values_.push_back(password_.c_str());
    names_.push_back(nullptr);
    values_.push_back(nullptr);
    return *this;
  }
  ~Options() { explicit_bzero(password_.data(), password_.size()); }

  const char* const* names() const noexcept { return names_.data(); }
  const char* const* values() const noexcept { return values_.data(); }

 private:
  std::vector<const char*> names_;
  std::vector<std::string> texts_;
  std::vector<const char*> values_;
  std::string password_;
};

std::string ca_of(const PostgresServer& server) {
  return server.ca_file.empty() ? system_certificates : server.ca_file;
}

}  // namespace

PostgresServer postgres_server(std::string_view place, const Config& config) {
  return {.url = *parse_postgres_url(place),
          .password_file = config.store_password_file,
          .ca_file = config.store_ca_file,
          .timeout = chrono::duration_cast<chrono::milliseconds>(config.store_timeout)};
}

Result<void> Connection::open(const PostgresServer& server, bool needs_writable) {
  forget_environment();
  close();
  Result<void> last = postgres_fault(lost_state);
  for (std::size_t i = 0; i < server.url.hosts.size(); ++i) {
    const PostgresUrl::Host& host = server.url.hosts[i];
    auto addresses = literal_address(host.name, host.port);
    if (addresses.empty()) addresses = system_addresses(host.name, host.port);
    if (addresses.size() > most_addresses) addresses.resize(most_addresses);
    if (addresses.empty()) {
      last = errc::not_resolved;
      message_ = host.name + ": " + last.error().message();
    }
    for (std::size_t j = 0; j < addresses.size(); ++j) {
      const auto now = Clock::now();
      const auto left =
          static_cast<std::int64_t>(addresses.size() - j + (server.url.hosts.size() - i - 1));
      const auto share = std::max<Clock::duration>((deadline_ - now) / left, least_share);
      last = open_at(server, host, addresses[j].address().to_string(),
                     std::min(deadline_, now + share), needs_writable);
      if (last) return last;
      if (Clock::now() > deadline_) return last;
    }
  }
  return last;
}

// hostaddr spares libpq the resolver; host is whom the certificate has to name.
Result<void> Connection::open_at(const PostgresServer& server, const PostgresUrl::Host& host,
                                 const std::string& address, Deadline deadline,
                                 bool needs_writable) {
  const auto password = password_of(server.password_file);
  if (password.has_error()) {
    message_ = "its password cannot be read: " + password.error().message();
    return password.error();
  }
  Options options;
  options.add("host", host.name);
  options.add("hostaddr", address);
  options.add("port", std::to_string(host.port));
  options.add("user", server.url.user);
  options.add("dbname", server.url.database);
  options.add("application_name", "llm-collector");
  options.add("client_encoding", "UTF8");
  options.add("sslmode", std::string(name(server.url.ssl_mode)));
  options.add("sslrootcert", server.url.ssl_mode == SslMode::require ? no_file : ca_of(server));
  options.add("ssl_min_protocol_version", "TLSv1.2");
  for (const char* const each : {"sslcert", "sslkey", "sslcrl", "sslcrldir", "passfile"})
    options.add(each, no_file);
  options.add("gssencmode", "disable");
  options.add("target_session_attrs", needs_writable ? "read-write" : "any");
  options.add("keepalives_idle", "5");
  options.add("keepalives_interval", "5");
  options.add("keepalives_count", "2");
  options.add("tcp_user_timeout", std::to_string(server.timeout.count()));
  options.end(*password);
  host_ = host.name + ":" + std::to_string(host.port);
  Owner opened(PQconnectStartParams(options.names(), options.values(), 0));
  if (!opened) return make_error_code(boost::system::errc::not_enough_memory);
  connection_ = std::move(opened);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost().error();
  auto awaited = PGRES_POLLING_WRITING;
  while (awaited != PGRES_POLLING_OK) {
    if (awaited == PGRES_POLLING_FAILED) return refused();
    const auto ready = wait(connection_.get(), awaited == PGRES_POLLING_WRITING, deadline);
    if (ready.has_error()) return fail(ready.error());
    awaited = PQconnectPoll(connection_.get());
  }
  if (PQsetnonblocking(connection_.get(), 1) != 0) return lost().error();
  return {};
}

// libpq keeps the server's words of a connection that failed, but not its code.
Result<void> Connection::refused() {
  message_ = PQerrorMessage(connection_.get());
  struct Sign {
    std::string_view words;
    std::string_view state;
  };
  constexpr std::array<Sign, 5> signs{{
      {"password authentication failed", "28P01"},
      {"no password supplied", "28P01"},
      {"no pg_hba.conf entry", "28000"},
      {"session is read-only", "25006"},
      {"too many", "53300"},
  }};
  std::string_view state = lost_state;
  for (const Sign& each : signs)
    if (message_.find(each.words) != message_.npos) state = each.state;
  const bool is_missing = message_.find("FATAL:  database \"") != message_.npos &&
                          message_.find("does not exist") != message_.npos;
  if (is_missing) state = "3D000";
  return fail(postgres_fault(state));
}

}  // namespace llmgw::collector
