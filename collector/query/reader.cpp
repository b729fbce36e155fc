// SPDX-License-Identifier: MIT
// What a kind of store may do without.
#include "collector/query/reader.hpp"

namespace llmgw::collector {

Result<std::vector<std::string>> Reader::reconciliations(const ReconciliationQuery&) {
  return make_error_code(boost::system::errc::protocol_not_supported);
}

}  // namespace llmgw::collector
