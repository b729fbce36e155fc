// SPDX-License-Identifier: MIT
// PURE: from a request to the targets that may answer it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/config.hpp"
#include "proxy/http/head.hpp"
#include "proxy/route/cooling.hpp"
#include "proxy/route/route.hpp"

namespace llmgw::proxy {

/// What of a request decides where it goes.
struct RouteQuery {
  const http::Head& head;
  std::string_view path;
  std::string_view tenant;
  std::string_view model;  ///< empty: it names none. Outlives the route
};

/// Why there is none.
enum class RouteFault : std::uint8_t {
  unknown_provider,  ///< X-LLM-Provider names none, or more than one
  unknown_model,
  denied,  ///< every target that there is
};

/// Why a route was found; what --explain says.
enum class RouteReason : std::uint8_t { only, header, prefix, route, model, fallback };

/// A constant of the settings that it was made of, but for whose turn it is. Belongs to one
/// worker's thread.
class RouteTable {
 public:
  /// By the names of targets.
  using Counts = std::map<std::string, TargetCounts>;

  /// The upstreams of `config` keep their numbers. `book` is asked for what may cool, and not kept.
  /// `counts` gets what is missing, and outlives the table; null: nobody counts.
  RouteTable(const Config& config, CoolingBook& book, Counts* counts = nullptr);

  /// The fields are not needed longer than the call.
  std::variant<Route, RouteFault> find(const RouteQuery& query);

  /// The one target without a file.
  const Candidate& only() const noexcept {
    return entries_[by_upstream_[*fallback_]].candidates.front();
  }
  /// To that upstream with what is asked for, unless the query is denied it.
  std::variant<Route, RouteFault> find(const RouteQuery& query, std::size_t upstream);

  /// Whether more of a request than its head decides.
  bool asks_for_model() const noexcept { return is_of_file_; }
  /// Whether signatures are kept for clients that lose them.
  bool remembers_signatures() const noexcept { return remembers_signatures_; }
  std::optional<std::size_t> number_of(std::string_view upstream) const noexcept;
  std::string_view name_of(std::size_t upstream) const noexcept { return names_[upstream]; }
  /// Whether the settings say what may be asked for.
  bool has_models() const noexcept { return !exact_.empty() || !begins_.empty(); }
  struct Offer {
    std::string_view model;
    std::string_view upstream;  ///< the first that would be asked
  };
  /// What whoever asks so may ask for by its exact name, in the order of the names. The query's own
  /// model does not matter.
  std::vector<Offer> offers(RouteQuery query);
  /// Whether the query's model leads to that upstream, by that very name, unless something else
  /// goes wrong.
  bool leads_to(const RouteQuery& query, std::size_t upstream);

 private:
  struct Model {
    std::string name;  // without a `*`
    std::size_t entry;
  };
  struct Rule {
    RouteMatch match;
    std::string model;  // go on as if it had been asked for; empty: `entry`
    std::size_t entry = 0;
    bool denies = false;
  };

  std::size_t add(RouteEntry entry);
  struct Sources {
    const Config& config;
    CoolingBook& book;
    Counts* counts;
  };
  RouteEntry entry_of(const Sources& from, std::string name,
                      std::span<const TargetSettings> targets, const RetrySettings& retry) const;
  Candidate candidate_of(const Sources& from, const TargetSettings& target, std::size_t key) const;
  void add_models(const Sources& from);
  void add_rules(const Sources& from);
  std::variant<Route, RouteFault> find_chosen(const RouteQuery& query, std::string_view name);
  std::optional<Route> find_by_rule(const RouteQuery& query);
  std::optional<Route> find_by_prefix(const RouteQuery& query);
  std::optional<Route> find_by_model(std::string_view model);
  std::variant<Route, RouteFault> with_denials(Route route, const RouteQuery& query) const;
  Route route_to(std::size_t entry, RouteReason reason) noexcept;

  std::vector<std::string> names_;  // of the upstreams
  std::vector<RouteEntry> entries_;
  std::vector<std::size_t> by_upstream_;  // entries of those without a model
  std::vector<Model> exact_;              // shorter names first
  std::vector<Model> begins_;             // the longest first
  std::vector<Rule> rules_;
  std::optional<std::size_t> fallback_;  // the upstream
  bool is_of_file_;
  bool remembers_signatures_;
  bool has_denials_ = false;
};

}  // namespace llmgw::proxy
