// SPDX-License-Identifier: MIT
// Asking one provider which models it has.
#pragma once

#include <memory>
#include <string>

#include "common/http/client.hpp"
#include "proxy/config/upstream.hpp"
#include "proxy/discovery/model_list.hpp"
#include "proxy/discovery/schedule.hpp"

namespace llmgw::proxy {

struct Fetched {
  FetchResult result = FetchResult::error;
  std::shared_ptr<const ModelList> list = nullptr;  ///< with FetchResult::ok
  std::string reason = {};                          ///< without: no text of the provider's
};

/// All its pages, by its first key that is not refused. `client`: of the provider's address; it may
/// be cancelled. Both outlive the task, which takes two minutes at most.
Task<Fetched> fetch_models(http::Client& client, const UpstreamSettings& provider);

}  // namespace llmgw::proxy
