// SPDX-License-Identifier: MIT
// One INSERT a write, under a token that says which events it has.
#include "collector/sinks/clickhouse/clickhouse_sink.hpp"

#include <algorithm>
#include <utility>

#include "collector/clickhouse/row_binary.hpp"
#include "collector/clickhouse/schema.hpp"
#include "collector/clickhouse/server_fault.hpp"
#include "collector/clickhouse/tables.hpp"
#include "collector/store/rollup.hpp"
#include "collector/store/store_fault.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/log/log.hpp"
#include "common/system/read_file.hpp"
#include "common/system/secure_random.hpp"
#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t remembered = std::size_t{1} << 19;  // ids, which a repetition soon has
constexpr std::size_t most_words = 200'000;

constexpr std::string_view check_sql =
    "INSERT INTO meta (key, value, version) SELECT 'checked', '', "
    "toUnixTimestamp64Nano(now64(9))";
constexpr std::string_view words_sql =
    "INSERT INTO word (kind, tenant, text, version) FORMAT RowBinary";

// Falls as time goes on.
std::uint64_t version_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ~static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

HashSecret new_secret() {
  SecureRandom random;
  return {random.next(), random.next()};
}

EventKey key_of(const Place& place) noexcept {
  EventKey key;
  for (std::size_t i = 0; i < 8; ++i) {
    key.high = key.high << 8 | static_cast<unsigned char>(place.bytes[i]);
    key.low = key.low << 8 | static_cast<unsigned char>(place.bytes[i + 8]);
  }
  return key;
}

// The same events have the same token, in whatever order they come.
std::string token_of(std::string& places) {
  constexpr std::size_t size = 16;
  std::vector<std::string_view> sorted;
  for (std::size_t at = 0; at < places.size(); at += size)
    sorted.push_back(std::string_view(places).substr(at, size));
  std::sort(sorted.begin(), sorted.end());
  std::string all;
  for (const std::string_view each : sorted) all += each;
  return sha256_hex(all);
}

void warn_of_plain_text(const ClickHouseUrl& url) {
  for (const HttpUrl& each : url.hosts) {
    const bool is_here =
        each.host == "localhost" || each.host == "::1" || each.host.starts_with("127.");
    if (each.tls || is_here) continue;
    log::warn("the store is reached without TLS: events and password can be read on the way",
              {{"variable", "STORE_URL"}, {"host", each.authority}});
    return;
  }
}

milliseconds life_of(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<milliseconds>(time);
}

}  // namespace

Result<std::unique_ptr<ClickHouseServer>> clickhouse_server(std::string_view url,
                                                            const Config& config) {
  auto parsed = parse_clickhouse_url(url);
  if (!parsed) return errc::invalid_setting;
  std::string ca_pem;
  if (!config.store_ca_file.empty()) {
    auto content = read_file(config.store_ca_file);
    if (content.has_error()) return content.error();
    ca_pem = std::move(*content);
  }
  return ClickHouseServer::make(
      {std::move(*parsed), config.store_password_file, std::move(ca_pem)});
}

Result<Store> open_clickhouse(std::string_view url, const Config& config) {
  auto server = clickhouse_server(url, config);
  if (server.has_error()) return server.error();
  warn_of_plain_text((*server)->url());
  auto sink = ClickHouseSink::open(std::move(*server), config);
  if (sink.has_error()) return sink.error();
  ClickHouseSink* const opened = sink->get();
  return Store{
      .sink = std::move(*sink),
      .maintain = [opened] { return opened->maintain(); },
      .maintain_every = std::max(milliseconds(50),
                                 std::min(milliseconds(1'000), life_of(config.store_rollup_delay))),
      .gather = life_of(config.store_gather),
      .add_metrics = [opened](std::vector<Metric>& metrics) { opened->add_metrics(metrics); },
  };
}

Result<std::unique_ptr<ClickHouseSink>> ClickHouseSink::open(
    std::unique_ptr<ClickHouseServer> server, const Config& config) {
  std::unique_ptr<ClickHouseSink> sink(new ClickHouseSink(std::move(server), config));
  const auto ready = sink->make_ready();
  if (ready) return sink;
  if (!is_passing(clickhouse_fault_kind(ready.error()))) return ready.error();
  log::warn("the store cannot be reached yet; tried again with each write",
            {{"reason", ready.error().message()}});
  return sink;
}

ClickHouseSink::ClickHouseSink(std::unique_ptr<ClickHouseServer> server, const Config& config)
    : server_(std::move(server)),
      timeout_(config.store_timeout),
      delay_(config.store_rollup_delay),
      event_life_(life_of(config.event_retention)),
      usage_life_(life_of(config.usage_retention)),
      may_migrate_(config.store_migrate),
      recent_(remembered, new_secret()),
      touched_(*server_, static_cast<std::int64_t>(SecureRandom().next() >> 1),
               config.store_max_series) {}

Result<void> ClickHouseSink::make_ready() {
  if (is_ready_) return {};
  const Limits limit = limits();
  Result<void> done = migrate_if_needed(limit);
  if (done) done = read_floor(limit);
  if (done.has_error()) {
    count(done.error());
    return done;
  }
  is_ready_ = true;
  up_.set(1);
  return {};
}

Result<void> ClickHouseSink::migrate_if_needed(const Limits& limit) {
  const auto pending = pending_steps(*server_, limit);
  if (pending.has_error()) return pending.error();
  if (pending->empty()) return {};
  const bool is_new = pending->size() == schema_steps().size();
  if (may_migrate_ == StoreMigrate::check && !is_new) return StoreFault::migration_needed;
  if (const auto done = take_steps(*server_, *pending, limit); done.has_error()) return done;
  log::info("tables of the store changed",
            {{"database", server_->url().database}, {"schema", schema_steps().back().number}});
  return {};
}

Result<void> ClickHouseSink::read_floor(const Limits& limit) {
  auto found = server_->select(ServerQuery(floor_sql), limit);
  if (found.has_error()) return found.error();
  found->next();
  floor_ = std::max(floor_, found->integer(1));
  return {};
}

Result<Stored> ClickHouseSink::write(std::span<const Batch* const> batches) {
  if (const auto ready = make_ready(); ready.has_error()) return ready.error();
  gathered_ = {};
  Stored stored;
  Result<void> done;
  for (const Batch* each : batches)
    if (done) done = gather(*each, stored);
  if (done && !gathered_.places.empty()) done = store(limits());
  if (done.has_error()) {
    for (const EventKey& each : gathered_.keys) recent_.erase(each);
    return done.error();
  }
  note(stored);
  return stored;
}

Result<void> ClickHouseSink::gather(const Batch& batch, Stored& stored) {
  const std::string_view text = batch.text;
  std::size_t begin = 0;
  for (const Batch::Line& each : batch.lines) {
    const std::string_view line = text.substr(begin, each.end - begin);
    begin = each.end;
    if (const auto done = gather_line(line, each.key, stored); done.has_error()) return done;
  }
  return {};
}

Result<void> ClickHouseSink::gather_line(std::string_view line, const EventKey& key,
                                         Stored& stored) {
  if (!reader_.read(line, row_)) return errc::malformed_message;
  const Place place = place_of(key, row_[Column::event_id].text, row_.number(Column::ts), line);
  if (place.view() < first_place(floor_).view()) {
    ++stored.too_old;
    return {};
  }
  const EventKey known = key_of(place);
  if (!recent_.insert(known)) {
    ++stored.duplicates;
    return {};
  }
  gathered_.keys.push_back(known);
  gathered_.places += place.view();
  gathered_.rows.add(row_, place, version_now());
  gathered_.hours.insert(hour_of(row_.number(Column::ts)));
  gather_words();
  ++stored.fresh;
  stored.bytes += line.size();
  if (place.time() > milliseconds_now() + most_skew) ++gathered_.ahead;
  if (tap() != nullptr) tap()->show(row_, line);
  return {};
}

// As a row of the table of words has them: the number of the field, the tenant, the text.
void ClickHouseSink::gather_words() {
  std::string word;
  for (std::size_t i = 0; i < column_count; ++i) {
    const Cell& cell = row_.cells[i];
    if (stored_fields[i].shape != Shape::word || !cell.is_there) continue;
    word.clear();
    RowBinary out(word);
    out.integer(static_cast<std::uint8_t>(i));
    out.text(row_[Column::tenant].text);
    out.text(cell.text);
    if (words_.contains(word)) continue;
    words_.insert(word);
    gathered_.words.push_back(word);
  }
}

// Whoever reads events finds their hours marked and their words there.
Result<void> ClickHouseSink::store(const Limits& limit) {
  const std::vector<std::int64_t> hours(gathered_.hours.begin(), gathered_.hours.end());
  Result<void> done = persist(limit, [&] { return touched_.touch(hours, limit); });
  if (done) done = store_words(limit);
  if (done.has_error()) {
    for (const std::string& each : gathered_.words) words_.erase(each);
    return done;
  }
  ServerQuery insert(insert_events_sql());
  insert.set("insert_deduplicate", 1)
      .set("insert_deduplication_token", token_of(gathered_.places))
      .set("async_insert", 0)
      .set("max_partitions_per_insert_block", 0)
      .set("distributed_foreground_insert", 1);
  return persist(limit, [&] { return server_->insert(insert, gathered_.rows.rows(), limit); });
}

Result<void> ClickHouseSink::store_words(const Limits& limit) {
  if (gathered_.words.empty()) return {};
  std::string rows;
  for (const std::string& each : gathered_.words) {
    rows += each;
    RowBinary(rows).integer(std::uint64_t{1});
  }
  ServerQuery insert(words_sql);
  insert.set("async_insert", 0).set("distributed_foreground_insert", 1);
  auto done = persist(limit, [&] { return server_->insert(insert, rows, limit); });
  // Forgotten words are written once more, and are then one.
  if (words_.size() > most_words) words_.clear();
  return done;
}

// Again, with everything as it was, for as long as there is time: the token tells the server what
// it has already.
template <class Attempt>
Result<void> ClickHouseSink::persist(const Limits& limit, Attempt&& attempt) {
  constexpr milliseconds longest{1'000};
  for (milliseconds pause{50};; pause = std::min(pause * 2, longest)) {
    Result<void> done = attempt();
    if (done) return done;
    count(done.error());
    const bool is_time_left = Clock::now() + pause < limit.deadline;
    if (!is_passing(clickhouse_fault_kind(done.error())) || !is_time_left) return done;
    server_->pause(pause);
  }
}

void ClickHouseSink::count(const boost::system::error_code& fault) {
  const ClickHouseFault kind = clickhouse_fault_kind(fault);
  faults_[static_cast<std::size_t>(kind)].add();
  up_.set(0);
  // Somebody has changed the tables, or they are gone: looked at before the next write.
  if (kind == ClickHouseFault::schema) is_ready_ = false;
}

void ClickHouseSink::note(const Stored& stored) {
  up_.set(1);
  counts_.note(stored, gathered_.ahead);
  lag_.set(
      static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(touched_.lag()).count()));
}

Result<void> ClickHouseSink::check() {
  if (const auto ready = make_ready(); ready.has_error()) return ready;
  const auto done = server_->run(ServerQuery(check_sql), limits());
  done ? up_.set(1) : count(done.error());
  return done;
}

}  // namespace llmgw::collector
