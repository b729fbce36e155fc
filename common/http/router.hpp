// SPDX-License-Identifier: MIT
// Router: a table of routes as the handler of an end point, with errors in the OpenAI form.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/endpoint_server.hpp"

namespace llmgw::http {

/// Sends an error_body(); `allow`: the methods that a 405 names (RFC 9110 section 15.5.6).
Task<Result<void>> reply_error(EndpointExchange& exchange, int status, std::string_view message,
                               std::string_view type, std::string_view code,
                               std::string allow = {});

/// What an end point says of a broken request: status, code and message.
struct Refusal {
  int status;
  std::string_view code;
  std::string_view message;
};
Refusal refusal_of(errc fault) noexcept;

/// Exact paths only.
class Router final : public EndpointHandler {
 public:
  using Action = std::function<Task<void>(EndpointExchange&)>;

  Router& add(std::string_view method, std::string_view path, Action action);

  Task<void> handle(EndpointExchange& exchange) override;
  Task<void> refuse(EndpointExchange& exchange, errc fault) override;

 private:
  struct Route {
    std::string method;
    std::string path;
    Action action;
  };
  std::string allowed(std::string_view path) const;
  std::vector<Route> routes_;
};

}  // namespace llmgw::http
