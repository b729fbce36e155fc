// SPDX-License-Identifier: MIT
// PURE: the lists that providers have of their models: what a dialect has to bring to read them,
// and what its reader is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/provider/model_facts.hpp"

namespace llmgw::proxy {

struct DiscoveredModel {
  std::string id = {};                       ///< 1 to 256 of visible ASCII
  std::optional<std::int64_t> created = {};  ///< seconds since 1970
  ModelFacts facts = {};

  friend bool operator==(const DiscoveredModel&, const DiscoveredModel&) = default;
};

/// Providers tell their models page by page.
struct ModelPage {
  std::vector<DiscoveredModel> models = {};  ///< as they stand there
  std::string next = {};                     ///< what the next page is asked for by; empty: none
};

/// A constant of a dialect.
struct ModelListing {
  /// Appends what is asked for by GET, as clients spell it. `page`: ModelPage::next; empty: the
  /// first one.
  void (*append_target)(std::string& out, std::string_view page);
  /// Any bytes; nothing if they are no list. At most `most_models`, in memory that is bounded by
  /// the size of the body.
  std::optional<ModelPage> (*read)(std::string_view body);

  static constexpr std::size_t most_models = 5'000;
};

/// Fills in what one element says. False: it names no model.
using ReadModel = bool (*)(std::string_view element, DiscoveredModel& model);
/// Those of the array of that name in the object that `body` is. Elements that name no model are
/// passed over.
std::optional<ModelPage> read_models(std::string_view body, std::string_view list, ReadModel read);

/// What the string `value` stands for, if that can be an id.
bool read_model_id(std::string_view value, std::string& id);
/// What a next page may be asked for by; empty: nothing that is.
std::string read_cursor(std::string_view value);
/// A count from 1.
std::optional<std::uint64_t> read_limit(std::string_view value);
/// `true` or `false`.
std::optional<bool> read_fact(std::string_view value);

}  // namespace llmgw::proxy
