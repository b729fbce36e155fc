// SPDX-License-Identifier: MIT
// PURE: what providers have told of their models.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/provider/model_listing.hpp"

namespace llmgw::proxy {

/// The models of one provider. Never changes, so that any thread may look into it.
class ModelList {
 public:
  /// Of several with the same id the first one counts.
  explicit ModelList(std::vector<DiscoveredModel> models);

  /// In the order of their ids.
  std::span<const DiscoveredModel> all() const noexcept { return models_; }
  /// What the provider says of that model; where `model` names none, of the latest of those that
  /// are called so with a date behind it, as `claude-sonnet-4-5` is an alias of
  /// `claude-sonnet-4-5-20250929`. Nothing is said of any other.
  ModelFacts facts(std::string_view model) const noexcept;

  friend bool operator==(const ModelList&, const ModelList&) = default;

 private:
  std::vector<DiscoveredModel> models_;
};

/// By the names of providers, as of one moment; only those that have told any.
using Discovered = std::map<std::string, std::shared_ptr<const ModelList>, std::less<>>;

/// `discovered` may be null.
ModelFacts facts_of(const Discovered* discovered, std::string_view provider,
                    std::string_view model) noexcept;

}  // namespace llmgw::proxy
