// SPDX-License-Identifier: MIT
// Router: a table of routes as a server's handler, with errors in the OpenAI form.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/server.hpp"

namespace llmgw::http {

/// `{"error":{"message","type","param":null,"code"}}`, the form every client of this API reads.
std::string error_body(std::string_view message, std::string_view type, std::string_view code);

/// Sends one such error; `allow`: the methods that a 405 names (RFC 9110 section 15.5.6).
Task<Result<void>> reply_error(Exchange& exchange, int status, std::string_view message,
                               std::string_view type, std::string_view code,
                               std::string allow = {});

/// What a server that is no proxy says of a broken request: status, code and message.
struct Refusal {
  int status;
  std::string_view code;
  std::string_view message;
};
Refusal refusal_of(errc fault) noexcept;

/// Exact paths only. Heads are retained, so a route may look at them at any time.
class Router final : public Handler {
 public:
  using Action = std::function<Task<void>(Exchange&)>;

  Router& add(std::string_view method, std::string_view path, Action action);

  Task<void> handle(Exchange& exchange) override;
  Task<void> refuse(Exchange& exchange, errc fault) override;

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
