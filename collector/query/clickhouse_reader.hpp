// SPDX-License-Identifier: MIT
// ClickHouseReader: questions to a ClickHouse store, on a connection that may not write.
#pragma once

#include <memory>
#include <string>

#include "collector/clickhouse/server.hpp"
#include "collector/config.hpp"
#include "collector/query/clickhouse_sums.hpp"
#include "collector/query/reader.hpp"

namespace llmgw::collector {

/// SQL is written out here; whatever comes of a caller is a parameter.
class ClickHouseReader final : public Reader {
 public:
  /// Does not reach for the server yet.
  static Result<std::unique_ptr<Reader>> open(std::string_view url, const Config& config);

  void set_deadline(std::chrono::steady_clock::time_point deadline,
                    const std::atomic<bool>& is_ending) override {
    limits_ = {deadline, &is_ending};
  }
  Result<UsageAnswer> usage(const UsageQuery& query) override;
  Result<std::vector<LatencyRow>> latency(const LatencyQuery& query) override;
  Result<EventsAnswer> events(const EventsQuery& query) override;
  Result<std::optional<StoredEvent>> event(std::string_view id, const Filter& filter) override;
  Result<std::vector<std::string>> values(const ValuesQuery& query) override;
  Result<StoreFacts> facts() override;

 private:
  /// Where events stand that may be seen, as texts of places.
  struct Bounds {
    std::string first;
    std::string newest;  ///< empty: there is none
  };

  explicit ClickHouseReader(std::unique_ptr<ClickHouseServer> server)
      : server_(std::move(server)) {}

  /// Errors in the words of Reader.
  Result<ServerRows> ask(const ServerQuery& query);
  Result<TouchedList> touched(const Span& span);
  Result<WideInteger> count_requests();
  Result<std::int64_t> floor();
  Result<Bounds> bounds(const EventsQuery& query);
  /// Appends up to `most` events that stand before `end`, from `first` on; newest first.
  Result<void> read_events(const EventsQuery& query, const std::string& first,
                           const std::string& end, std::size_t most,
                           std::vector<StoredEvent>& events);
  Result<std::optional<StoredEvent>> find(const ServerQuery& query);
  Result<std::int64_t> end_of_events(bool is_newest, std::int64_t floor);

  std::unique_ptr<ClickHouseServer> server_;
  ClickHouseServer::Limits limits_;
};

}  // namespace llmgw::collector
