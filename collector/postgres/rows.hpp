// SPDX-License-Identifier: MIT
// Rows: what a statement has given.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct pg_result;

namespace llmgw::collector {

/// Rows and columns count from 0. Views are good as long as it lives. Used by one thread at a time.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result) noexcept : result_(result) {}

  int size() const noexcept;
  bool is_null(int row, int column) const noexcept;
  /// Of an integer of any size; of a time the milliseconds since 1970; 0 for NULL.
  std::int64_t integer(int row, int column) const noexcept;
  /// Of a text or of bytes; empty for NULL.
  std::string_view text(int row, int column) const noexcept;
  bool is_none() const noexcept { return result_ == nullptr; }
  const pg_result* result() const noexcept { return result_.get(); }
  /// What the server calls what it has done, such as `COMMIT`.
  std::string_view done() const noexcept;
  /// Rows that the statement has inserted, changed or removed.
  std::int64_t changed() const noexcept;

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace llmgw::collector
