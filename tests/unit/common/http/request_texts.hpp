// SPDX-License-Identifier: MIT
// Requests and answers that the tests of servers share.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::http {

inline constexpr std::string_view get_hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
inline constexpr std::string_view hello_answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

inline std::string post(std::string_view path, std::string_view fields, std::string_view body) {
  return std::string("POST ").append(path).append(" HTTP/1.1\r\nHost: x\r\n").append(fields) +
         "\r\n" + std::string(body);
}

}  // namespace llmgw::http
