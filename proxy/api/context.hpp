// SPDX-License-Identifier: MIT
// Context: what the request path of one worker works with. Built by the worker, used on its loop
// only.
#pragma once

#include <array>
#include <chrono>
#include <memory>

#include "common/async/loop.hpp"
#include "common/event/ids.hpp"
#include "common/event/metering_event.hpp"
#include "common/json/patterns.hpp"
#include "common/log/bounded_log.hpp"
#include "proxy/api/limits.hpp"
#include "proxy/api/open_exchanges.hpp"
#include "proxy/api/payload_digest.hpp"
#include "proxy/api/refusal_log.hpp"
#include "proxy/api/traffic_counts.hpp"
#include "proxy/config.hpp"
#include "proxy/discovery/model_list.hpp"
#include "proxy/estimate/desk.hpp"
#include "proxy/lease/unit_waits.hpp"
#include "proxy/outbox/outbox.hpp"
#include "proxy/tenant/callers.hpp"
#include "proxy/tenant/identity_memory.hpp"
#include "proxy/upstream/upstreams.hpp"
#include "proxy/upstream/workspace.hpp"

namespace llmgw::proxy {

struct Context {
  const Config& config;
  Loop& loop;
  Outbox& outbox;
  Upstreams::Pointer upstreams;  ///< for requests from now on
  Callers::Pointer callers{};    ///< the same; null: nobody looks at keys
  IdGenerator request_ids{};
  IdGenerator event_ids{};  ///< of their own: request ids are shown to clients
  TrafficCounts counts{};
  OpenExchanges open_exchanges{};
  bool draining = false;
  /// Seconds since 1970; when what the gateway itself tells of models began to be so.
  std::int64_t started_at = std::chrono::duration_cast<std::chrono::seconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();

  Workspace workspace{};
  std::array<char, max_encoded_event> event_out{};  ///< the event being encoded

  std::unique_ptr<DigestKey> digest_key = nullptr;  ///< none: bodies are not digested

  // Of the bodies metered.
  JsonPatterns request_patterns{};
  JsonPatterns response_patterns{};

  std::unique_ptr<EstimateDesk> desk = nullptr;  ///< none: what nobody reports stays unknown

  std::size_t usage_awaited = 0;  ///< exchanges whose client has left before their usage came
  std::size_t drains = 0;         ///< those that are read on in spite of that, by the settings

  SignatureMemory signatures{};  ///< where the settings have them remembered

  IdentityMemory identities{};  ///< of tokens

  BoundedLog log{};  ///< for what may happen to every request
  RefusalLog refusals{};

  std::shared_ptr<const Discovered> discovered = nullptr;  ///< null: nothing yet

  Limits limits{};
  std::unique_ptr<UnitWaits> unit_waits = nullptr;  ///< null: limits are not lent
};

}  // namespace llmgw::proxy
