// SPDX-License-Identifier: MIT
// Endpoint: an IP address and port, as Asio has them.
#pragma once

#include <boost/asio/ip/basic_endpoint.hpp>
#include <string>

namespace boost::asio::ip {
class tcp;
}

namespace llmgw {

/// One address of a peer or of our own.
using Endpoint = boost::asio::ip::basic_endpoint<boost::asio::ip::tcp>;

/// `127.0.0.1:8080` or `[::1]:8080`, for logs.
std::string to_string(const Endpoint& endpoint);

}  // namespace llmgw
