// SPDX-License-Identifier: MIT
// Looks whether a write-ahead log of SQLite is whole. SQLite itself reads up to the first frame
// that does not fit and says nothing of the rest.
#pragma once

#include <string>

#include "common/error.hpp"

namespace llmgw::proxy {

enum class WalState {
  empty,    ///< no transaction was ever finished
  whole,    ///< at most the last transaction is unfinished, which is what a crash leaves
  damaged,  ///< behind a broken frame there are finished transactions, now out of reach
};

/// Reads the log of a database that nobody has open. A log that does not exist is empty.
/// errc::io_failed if it cannot be read.
Result<WalState> check_wal(const std::string& path);

}  // namespace llmgw::proxy
