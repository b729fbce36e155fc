// SPDX-License-Identifier: MIT
// Why attempts failed: every status, every fault, and what texts add.
#include "proxy/upstream/cause.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Side = Failure::Side;

TEST(Cause, OfAStatus) {
  for (const int status : {200, 204, 301, 400, 405, 408, 409, 422, 499})
    EXPECT_EQ(cause_of_status(status), Cause::none) << status;
  for (const int status : {401, 402, 403}) EXPECT_EQ(cause_of_status(status), Cause::key);
  EXPECT_EQ(cause_of_status(404), Cause::not_found);
  EXPECT_EQ(cause_of_status(413), Cause::context);
  EXPECT_EQ(cause_of_status(429), Cause::rate_limit);
  for (const int status : {503, 529}) EXPECT_EQ(cause_of_status(status), Cause::overloaded);
  for (const int status : {500, 502, 504, 520, 599})
    EXPECT_EQ(cause_of_status(status), Cause::server_error) << status;
}

TEST(Cause, OfAnAttemptWithoutAnAnswer) {
  EXPECT_EQ(cause_of({Side::client, errc::timed_out}, true), Cause::none);
  EXPECT_EQ(cause_of({Side::connection, errc::timed_out}, false), Cause::unsent);
  EXPECT_EQ(cause_of({Side::upstream, errc::connection_reset}, false), Cause::unsent);
  EXPECT_EQ(cause_of({Side::upstream, errc::timed_out}, true), Cause::timeout);
  EXPECT_EQ(cause_of({Side::upstream, errc::connection_reset}, true), Cause::reset);
  EXPECT_EQ(cause_of({Side::upstream, errc::connection_closed}, true), Cause::reset);
  EXPECT_EQ(cause_of({Side::upstream, errc::malformed_message}, true), Cause::server_error);
}

TEST(Cause, OfATextWhereTheStatusLeavesItOpen) {
  EXPECT_EQ(cause_of_error(400, R"({"error":{"code":"context_length_exceeded"}})"), Cause::context);
  EXPECT_EQ(cause_of_error(400, R"({"error":{"message":"prompt is too long: 1 > 0"}})"),
            Cause::context);
  EXPECT_EQ(cause_of_error(400, R"({"error":{"code":"content_filter"}})"), Cause::none);
  EXPECT_EQ(cause_of_error(429, R"({"error":{"code":"insufficient_quota"}})"), Cause::key);
  EXPECT_EQ(cause_of_error(429, "slow down"), Cause::rate_limit);
  EXPECT_EQ(cause_of_error(500, "insufficient_quota"), Cause::server_error);
  EXPECT_TRUE(is_cause_in_text(400, {Cause::context}));
  EXPECT_FALSE(is_cause_in_text(400, {Cause::key}));
  EXPECT_TRUE(is_cause_in_text(429, {Cause::key}));
  EXPECT_FALSE(is_cause_in_text(503, {Cause::key, Cause::context}));
}

std::optional<std::chrono::nanoseconds> wait_in(const std::string& fields) {
  http::FieldStorage storage;
  const std::string text = "HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n" + fields + "\r\n";
  return wait_of(http::parse_response_head(text, storage, false).value());
}

TEST(Cause, WaitsAreReadFromTheFields) {
  EXPECT_EQ(wait_in(""), std::nullopt);
  EXPECT_EQ(wait_in("Retry-After: 7\r\n"), 7s);
  EXPECT_EQ(wait_in("retry-after-ms: 1500\r\nRetry-After: 7\r\n"), 1500ms);
  EXPECT_EQ(wait_in("Retry-After: 99999999999999999\r\n"), 8760h);
  EXPECT_EQ(wait_in("retry-after-ms: 18446744073709551615\r\n"), 8760h);
  for (const char* text : {"-1", "soon", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", ""})
    EXPECT_EQ(wait_in("Retry-After: " + std::string(text) + "\r\n"), std::nullopt) << text;
}

TEST(Cause, SetsKnowWhatTheyHold) {
  const Causes some{Cause::unsent, Cause::context};
  EXPECT_TRUE(some.contains(Cause::unsent));
  EXPECT_FALSE(some.contains(Cause::key));
  EXPECT_FALSE(some.contains(Cause::none));
  EXPECT_TRUE(Causes().is_empty());
}

}  // namespace
}  // namespace llmgw::proxy
