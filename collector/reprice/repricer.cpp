// SPDX-License-Identifier: MIT
// PURE: names against lists of names.
#include "collector/reprice/repricer.hpp"

#include "collector/store/name_pattern.hpp"

namespace llmgw::collector {

bool asks_for(const RepriceQuery& query, std::string_view provider, std::string_view model) {
  return fits_any(query.providers, provider) && fits_any(query.models, model);
}

}  // namespace llmgw::collector
