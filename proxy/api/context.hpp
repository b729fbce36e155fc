// SPDX-License-Identifier: MIT
// Context: what the request path of one worker works with. Built by the worker, used on its loop
// only.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "common/async/loop.hpp"
#include "common/event/ids.hpp"
#include "common/event/metering_event.hpp"
#include "common/http/head.hpp"
#include "common/log/bounded_log.hpp"
#include "proxy/api/open_exchanges.hpp"
#include "proxy/api/payload_digest.hpp"
#include "proxy/api/traffic_counts.hpp"
#include "proxy/config.hpp"
#include "proxy/metering/json_patterns.hpp"
#include "proxy/outbox/outbox.hpp"
#include "proxy/provider/provider.hpp"
#include "proxy/provider/refusals.hpp"
#include "proxy/upstream/pool.hpp"

namespace llmgw::proxy {

struct Context {
  const Config& config;
  Loop& loop;
  Pool& pool;
  Provider& provider;
  Outbox& outbox;
  IdGenerator request_ids{};
  IdGenerator event_ids{};  ///< of their own: request ids are shown to clients
  TrafficCounts counts{};
  OpenExchanges open_exchanges{};
  bool draining = false;

  // Scratch memory that never outlives a suspension.
  std::string head_out{};                           ///< the head being written
  http::FieldStorage response_fields{};             ///< the response head being parsed
  std::array<char, max_encoded_event> event_out{};  ///< the event being encoded

  std::unique_ptr<DigestKey> digest_key = nullptr;  ///< none: bodies are not digested

  // Of the bodies metered.
  JsonPatterns request_patterns{};
  JsonPatterns response_patterns{};

  // Of requests that ask for more than their client did.
  Refusals refusals{};
  std::size_t edited_bytes = 0;   ///< held for all of them together
  std::size_t usage_awaited = 0;  ///< exchanges whose client has left before their usage came

  BoundedLog log{};  ///< for what may happen to every request
};

}  // namespace llmgw::proxy
