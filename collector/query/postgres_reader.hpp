// SPDX-License-Identifier: MIT
// PostgresReader: questions to a PostgreSQL store, on a connection of its own.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/postgres/schema.hpp"
#include "collector/query/reader.hpp"
#include "collector/query/row_filter.hpp"
#include "collector/sinks/place.hpp"

namespace llmgw::collector {

/// SQL is written out here; what a caller has said goes beside it. Connects when it is first asked,
/// and anew after the connection was lost.
class PostgresReader final : public Reader {
 public:
  /// `place`: what stands behind the scheme of a URL that was accepted.
  static Result<std::unique_ptr<Reader>> open(const std::string& place, const Config& config);

  void set_deadline(std::chrono::steady_clock::time_point deadline,
                    const std::atomic<bool>& is_ending) override {
    deadline_ = deadline;
    connection_.set_deadline(deadline, &is_ending);
  }
  Result<UsageAnswer> usage(const UsageQuery& query) override;
  Result<std::vector<LatencyRow>> latency(const LatencyQuery& query) override;
  Result<EventsAnswer> events(const EventsQuery& query) override;
  Result<std::optional<StoredEvent>> event(std::string_view id, const Filter& filter) override;
  Result<std::vector<std::string>> values(const ValuesQuery& query) override;
  Result<StoreFacts> facts() override;
  Result<std::vector<std::string>> reconciliations(const ReconciliationQuery& query) override;

 private:
  using Text = std::function<std::string(std::int64_t number)>;

  explicit PostgresReader(PostgresServer server) : server_(std::move(server)) {}

  Result<void> begin();
  Result<void> connect();
  std::string begin_sql() const;
  Result<Rows> ask(const std::string& sql, const SqlValues& parameters = {});
  RowFilter::FindNumbers find_numbers();
  Result<void> learn(const std::vector<std::int64_t>& numbers);
  StoredEvent event_of(const Rows& rows, int row, const Text& text) const;
  template <class Make>
  auto with_texts(Make make) -> Result<decltype(make(std::declval<const Text&>()))>;
  Result<std::string> place_behind(const Place& first, std::string_view end);

  PostgresServer server_;
  Connection connection_;
  std::chrono::steady_clock::time_point deadline_;
  std::unordered_map<std::int64_t, std::string> texts_;
  boost::system::error_code fault_;  // of the transaction under way
};

}  // namespace llmgw::collector
