// SPDX-License-Identifier: MIT
// PURE: ServerRows: an answer in the format JSONCompact, row by row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace llmgw::collector {

__extension__ using WideCount = __int128;

/// A format whose end can be told: an answer that breaks off, or goes on as the text of an
/// exception, is none. Columns are numbered from 0.
class ServerRows {
 public:
  /// Takes over the body. errc::malformed_message where it is not whole.
  static Result<ServerRows> read(std::string body);

  /// Goes on to the next row, the first at first; false: there is none any more.
  bool next();

  std::size_t columns() const noexcept { return cells_.size(); }
  bool is_null(std::size_t column) const noexcept { return cell(column) == "null"; }
  /// Of an integer of up to 38 digits; 0 of anything else.
  WideCount wide(std::size_t column) const noexcept;
  std::int64_t integer(std::size_t column) const noexcept {
    return static_cast<std::int64_t>(wide(column));
  }
  std::string text(std::size_t column) const;

 private:
  std::string_view cell(std::size_t column) const noexcept {
    return column < cells_.size() ? cells_[column] : std::string_view();
  }
  bool take_row();

  std::string body_;
  std::size_t at_ = 0;   // in the body, at a row or behind the last one
  std::size_t end_ = 0;  // of the rows
  std::size_t left_ = 0;
  std::vector<std::string_view> cells_;  // of the body
};

}  // namespace llmgw::collector
