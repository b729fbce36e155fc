// SPDX-License-Identifier: MIT
// Bounds of pages and models.
#include "proxy/discovery/listing.hpp"

#include <algorithm>
#include <iterator>

namespace llmgw::proxy {

std::string Listing::target() const {
  std::string target;
  dialect_.append_target(target, asked_.empty() ? std::string_view() : asked_.back());
  return target;
}

Listing::Step Listing::take(std::string_view body) {
  auto page = dialect_.read(body);
  if (!page) return Step::fault;
  const std::size_t room = ModelListing::most_models - models_.size();
  const auto end =
      page->models.begin() + static_cast<std::ptrdiff_t>(std::min(room, page->models.size()));
  std::move(page->models.begin(), end, std::back_inserter(models_));
  const bool is_known = std::find(asked_.begin(), asked_.end(), page->next) != asked_.end();
  if (page->next.empty() || is_known || models_.size() == ModelListing::most_models)
    return Step::whole;
  asked_.push_back(std::move(page->next));
  return asked_.size() < most_pages ? Step::more : Step::whole;
}

std::shared_ptr<const ModelList> Listing::list() {
  return std::make_shared<const ModelList>(std::move(models_));
}

}  // namespace llmgw::proxy
