// SPDX-License-Identifier: MIT
// PURE: the list of providers.
#include "proxy/provider/registry.hpp"

#include "proxy/provider/openai.hpp"

namespace llmgw::proxy {

std::unique_ptr<Provider> make_provider(const Config& config) {
  return std::make_unique<OpenAi>(config.upstreams.front().address, config.upstreams.front().key);
}

}  // namespace llmgw::proxy
