// SPDX-License-Identifier: MIT
// PURE: a list of models that comes page by page, from whoever.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/discovery/model_list.hpp"

namespace llmgw::proxy {

/// Says what is asked for, and takes what came, until it is whole: with the last page, with
/// most_pages, with a page that was there already, or with as many models as are kept of any.
class Listing {
 public:
  explicit Listing(const ModelListing& dialect) noexcept : dialect_(dialect) {}

  /// What the next page is asked for by, as clients spell it.
  std::string target() const;

  enum class Step : std::uint8_t { more, whole, fault };
  /// `body` of the page asked for, whatever it holds; a fault is one that holds no list.
  Step take(std::string_view body);

  /// Once it is whole.
  std::shared_ptr<const ModelList> list();

  static constexpr std::size_t most_pages = 20;

 private:
  const ModelListing& dialect_;
  std::vector<DiscoveredModel> models_;
  std::vector<std::string> asked_;  // what pages were asked for by
};

}  // namespace llmgw::proxy
