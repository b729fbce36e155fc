// SPDX-License-Identifier: MIT
// SqliteReader::Moment: a transaction that only reads.
#pragma once

#include "collector/query/sqlite_reader.hpp"

namespace llmgw::collector {

/// All that is read while it lives is of the moment of the first look. It ends before the writer
/// needs it to: a question has a deadline.
class SqliteReader::Moment {
 public:
  explicit Moment(Database& database) noexcept : database_(database) {
    (void)database_.execute("BEGIN");
  }
  // Whatever the time is: one that stays open would hold the log of the writer.
  ~Moment() {
    database_.set_deadline(std::chrono::steady_clock::time_point::max());
    (void)database_.execute("COMMIT");
  }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

 private:
  Database& database_;
};

}  // namespace llmgw::collector
