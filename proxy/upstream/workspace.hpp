// SPDX-License-Identifier: MIT
// What the exchanges of one worker share while they work with upstreams.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proxy/http/head.hpp"
#include "proxy/http/head_reader.hpp"
#include "proxy/upstream/held_memory.hpp"

namespace llmgw::proxy {

/// Belongs to its worker's thread.
struct Workspace {
  // Scratch memory that never outlives a suspension.
  std::string head_out{};                   ///< the head being written
  http::FieldStorage response_fields{};     ///< of the answer's head
  http::ResponseHead answer{};              ///< the answer's head, as an attempt has read it
  http::HeadBytes answer_bytes{};           ///< its bytes, and what came behind them
  std::vector<http::Field> shown_fields{};  ///< of it, where the client gets others

  HeldBytes held{};  ///< the requests that are
};

}  // namespace llmgw::proxy
