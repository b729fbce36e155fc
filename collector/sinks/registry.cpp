// SPDX-License-Identifier: MIT
// The kinds of sink, one row each.
#include "collector/sinks/registry.hpp"

#include <algorithm>
#include <array>

#include "collector/sinks/ndjson/ndjson_sink.hpp"

namespace llmgw::collector {
namespace {

struct Kind {
  std::string_view scheme;
  Result<Store> (*open)(std::string_view place, LogSync sync);
};

constexpr std::array kinds{
    Kind{ndjson_scheme, open_ndjson},
};

}  // namespace

std::string store_url(const Config& config) {
  return std::string(ndjson_scheme).append(":").append(config.event_log_path);
}

Result<Store> open_store(std::string_view url, LogSync sync) {
  const std::size_t colon = std::min(url.find(':'), url.size());
  const std::string_view scheme = url.substr(0, colon);
  const auto* const kind = std::find_if(
      kinds.begin(), kinds.end(), [scheme](const Kind& each) { return each.scheme == scheme; });
  if (kind == kinds.end() || colon == url.size())
    return make_error_code(boost::system::errc::protocol_not_supported);
  return kind->open(url.substr(colon + 1), sync);
}

}  // namespace llmgw::collector
