// SPDX-License-Identifier: MIT
// Traffic: what the proxy does with a request on its traffic port.
#pragma once

#include "proxy/api/context.hpp"
#include "proxy/http/server.hpp"

namespace llmgw::proxy {

/// What may reach the upstream (reach.hpp) is forwarded, `/healthz` answered, all else refused.
class Traffic final : public http::Handler {
 public:
  explicit Traffic(Context& context) noexcept : context_(context) {}

  Task<void> handle(http::Exchange& exchange) override;
  Task<void> refuse(http::Exchange& exchange, errc fault) override;

 private:
  Task<void> reply(http::Exchange& exchange, const struct GatewayError& error);
  Context& context_;
};

}  // namespace llmgw::proxy
