// SPDX-License-Identifier: MIT
// SqliteReader: questions to a SQLite store, on a connection that cannot write.
#pragma once

#include <string>

#include "collector/query/reader.hpp"
#include "collector/query/row_filter.hpp"
#include "collector/query/word_table.hpp"

namespace llmgw::collector {

/// SQL is written out here and holds nothing of a caller's but numbers.
class SqliteReader final : public Reader {
 public:
  /// A store that is there and has the tables of this program. Blocks.
  static Result<std::unique_ptr<Reader>> open(const std::string& path);

  void set_deadline(std::chrono::steady_clock::time_point deadline,
                    const std::atomic<bool>& is_ending) override {
    database_.set_deadline(deadline, &is_ending);
  }
  Result<UsageAnswer> usage(const UsageQuery& query) override;
  Result<std::vector<LatencyRow>> latency(const LatencyQuery& query) override;
  Result<EventsAnswer> events(const EventsQuery& query) override;
  Result<std::optional<StoredEvent>> event(std::string_view id, const Filter& filter) override;
  Result<std::vector<std::string>> values(const ValuesQuery& query) override;
  Result<StoreFacts> facts() override;
  Result<std::vector<std::string>> reconciliations(const ReconciliationQuery& query) override;

 private:
  /// Reads within one transaction, so all of one moment.
  class Moment;

  SqliteReader(std::string path, Database database)
      : path_(std::move(path)), database_(std::move(database)) {}

  Result<void> prepare();
  Result<std::vector<std::string>> texts_of(Statement& statement, std::size_t limit);
  StoredEvent event_of(const Statement& row);
  RowFilter::FindNumbers find_numbers() {
    return [this](Column kind, const std::vector<std::string>& texts) {
      return words_.numbers(kind, texts);
    };
  }
  std::string id_of(std::string_view place);

  std::string path_;
  Database database_;
  WordTable words_;
  Statement placed_;
};

}  // namespace llmgw::collector
