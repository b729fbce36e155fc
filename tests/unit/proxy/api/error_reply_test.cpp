// SPDX-License-Identifier: MIT
// The table of errors: from what failed, and on which side, to what the client is told.
#include "proxy/api/error_reply.hpp"

#include <gtest/gtest.h>

#include "proxy/api/failure_log.hpp"

namespace llmgw::proxy {
namespace {

using Side = Failure::Side;

struct Expected {
  Failure failure;
  int status;
  std::string_view code;
  Outcome outcome;
  std::string_view reason;
};

TEST(ErrorReply, EachFailureHasItsStatusCodeAndOutcome) {
  const Expected cases[] = {
      {{Side::client, errc::malformed_message},
       400,
       "malformed_request",
       Outcome::client_aborted,
       ""},
      {{Side::client, errc::timed_out}, 408, "request_timeout", Outcome::client_aborted, ""},
      {{Side::client, errc::body_too_large}, 413, "request_too_large", Outcome::client_aborted, ""},
      {{Side::connection, errc::refused},
       502,
       "upstream_unreachable",
       Outcome::upstream_unreachable,
       "connection refused"},
      {{Side::connection, errc::not_resolved},
       502,
       "upstream_unreachable",
       Outcome::upstream_unreachable,
       describe(errc::not_resolved)},
      {{Side::connection, errc::tls_failed},
       502,
       "upstream_unreachable",
       Outcome::upstream_unreachable,
       describe(errc::tls_failed)},
      {{Side::connection, errc::timed_out},
       504,
       "upstream_timeout",
       Outcome::upstream_timeout,
       "no connection in time"},
      {{Side::connection, errc::overloaded},
       503,
       "overloaded",
       Outcome::upstream_unreachable,
       describe(errc::overloaded)},
      {{Side::upstream, errc::timed_out},
       504,
       "upstream_timeout",
       Outcome::upstream_timeout,
       "no answer in time"},
      {{Side::upstream, errc::connection_closed},
       502,
       "upstream_invalid_response",
       Outcome::upstream_aborted,
       describe(errc::connection_closed)},
      {{Side::upstream, errc::connection_reset},
       502,
       "upstream_invalid_response",
       Outcome::upstream_aborted,
       describe(errc::connection_reset)},
      {{Side::upstream, errc::malformed_message},
       502,
       "upstream_invalid_response",
       Outcome::upstream_invalid,
       describe(errc::malformed_message)},
      {{Side::upstream, errc::head_too_large},
       502,
       "upstream_invalid_response",
       Outcome::upstream_invalid,
       describe(errc::head_too_large)},
  };
  for (const Expected& each : cases) {
    const GatewayError& error = error_of(each.failure);
    EXPECT_EQ(error.status, each.status) << each.code;
    EXPECT_EQ(error.code, each.code);
    EXPECT_EQ(error.outcome, each.outcome) << each.code;
    EXPECT_EQ(reason_of(each.failure), each.reason);
  }
}

TEST(ErrorReply, WhatIsNoRequestHasItsStatus) {
  const std::pair<errc, int> cases[] = {
      {errc::overloaded, 503},         {errc::timed_out, 408},
      {errc::body_too_large, 413},     {errc::unsupported_method, 405},
      {errc::head_too_large, 431},     {errc::target_too_long, 431},
      {errc::malformed_message, 400},  {errc::unsupported_version, 400},
      {errc::unsupported_coding, 400}, {errc::connection_closed, 400},
  };
  for (const auto& [fault, status] : cases)
    EXPECT_EQ(error_of_client(fault).status, status) << describe(fault);
}

TEST(ErrorReply, AnUnknownProviderIsTheClientsMistake) {
  EXPECT_EQ(gateway_error::unknown_provider.status, 400);
  EXPECT_EQ(gateway_error::unknown_provider.type, "invalid_request_error");
  EXPECT_EQ(gateway_error::unknown_provider.code, "invalid_value");
}

}  // namespace
}  // namespace llmgw::proxy
