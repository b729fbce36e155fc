// SPDX-License-Identifier: MIT
// The head of a message as text, written by Beast. Does no I/O.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>
#include <string>

namespace llmgw::http {

/// Up to where the body begins, which the caller has.
template <bool is_request>
std::string text_of(
    boost::beast::http::message<is_request, boost::beast::http::empty_body>& message) {
  namespace beast = boost::beast;
  beast::http::serializer<is_request, beast::http::empty_body> serializer(message);
  serializer.split(true);
  std::string text;
  boost::system::error_code unlikely;  // without a body nothing can fail
  serializer.next(unlikely, [&text](const auto&, const auto& pieces) {
    for (const boost::asio::const_buffer each : beast::buffers_range_ref(pieces))
      text.append(static_cast<const char*>(each.data()), each.size());
  });
  return text;
}

}  // namespace llmgw::http
