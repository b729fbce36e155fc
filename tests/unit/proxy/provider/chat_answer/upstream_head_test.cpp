// SPDX-License-Identifier: MIT
// What a client is told of an upstream's head, hostile values included.
#include "proxy/provider/chat_answer/upstream_head.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmgw::proxy::chat_answer {
namespace {

using std::chrono::milliseconds;
using Fields = std::vector<http::Field>;
using Told = std::map<std::string, std::string>;

// `own`: the status of the head itself; 0: the one that the client gets.
Told told(const Fields& fields, int status, const RateLimits& limits = {}, int own = 0) {
  http::ResponseHead head;
  head.fields = fields;
  head.status = own == 0 ? status : own;
  std::vector<AnswerField> out;
  append_fields(read_upstream_head(head, limits), status, out);
  Told all;
  for (const AnswerField& each : out)
    EXPECT_TRUE(all.emplace(each.name, each.value).second) << each.name << " twice";
  return all;
}

Told waited(std::string_view name, std::string_view value, int status = 429) {
  return told({{name, value}}, status);
}

TEST(UpstreamHead, WaitsAreToldInWholeSecondsRoundedUp) {
  EXPECT_EQ(waited("Retry-After", "3"), (Told{{"Retry-After", "3"}}));
  EXPECT_EQ(waited("retry-after", "0"), (Told{{"Retry-After", "0"}}));
  EXPECT_EQ(waited("retry-after", "1.2"), (Told{{"Retry-After", "2"}}));
  EXPECT_EQ(waited("retry-after", "1.0"), (Told{{"Retry-After", "1"}}));
  EXPECT_EQ(waited("retry-after-ms", "1"), (Told{{"Retry-After", "1"}, {"Retry-After-Ms", "1"}}));
  const Told both{{"Retry-After", "2"}, {"Retry-After-Ms", "1001"}};
  EXPECT_EQ(told({{"retry-after", "7"}, {"retry-after-ms", "1001"}}, 503), both);
  EXPECT_EQ(told({{"retry-after-ms", "1001"}, {"retry-after", "7"}}, 503), both);
}

TEST(UpstreamHead, WaitsAreInstructionsWith429And503Alone) {
  for (const int status : {200, 400, 401, 403, 500, 502, 504, 529})
    EXPECT_EQ(waited("retry-after", "3", status), Told()) << status;
  for (const int status : {429, 503})
    EXPECT_EQ(waited("retry-after", "3", status), (Told{{"Retry-After", "3"}})) << status;
  const Fields wait{{"retry-after", "3"}, {"retry-after-ms", "3000"}};
  EXPECT_EQ(told(wait, 503, {}, 529).size(), 2u);
  EXPECT_EQ(told(wait, 503, {}, 200), Told());  // an error in the body of what looked good
}

TEST(UpstreamHead, WaitsThatAreNoneAreDropped) {
  for (const std::string_view value :
       {"", "-1", "+1", "1e3", "0x10", "x", "1s", ".5", "1.x", "1,5", " 1", "31536001",
        "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(waited("retry-after", value), Told()) << value;
  for (const std::string_view value : {"", "-1", "1.5", "x", "31536000001", "99999999999999999999"})
    EXPECT_EQ(waited("retry-after-ms", value), Told()) << value;
  EXPECT_EQ(waited("retry-after", "31536000"), (Told{{"Retry-After", "31536000"}}));
  EXPECT_EQ(waited("retry-after", std::string(60'000, '9')), Told());
  EXPECT_EQ(waited("retry-after", "1." + std::string(60'000, '9')), (Told{{"Retry-After", "2"}}));
}

TEST(UpstreamHead, WordsAreTheirs) {
  for (const std::string_view word : {"true", "false"})
    for (const int status : {200, 429, 500})
      EXPECT_EQ(told({{"X-Should-Retry", word}}, status),
                (Told{{"X-Should-Retry", std::string(word)}}));
  for (const std::string_view word : {"", "TRUE", "yes", "true, false", "1"})
    EXPECT_EQ(told({{"x-should-retry", word}}, 429), Told()) << word;
}

TEST(UpstreamHead, DatesHaveOneForm) {
  const std::string good = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(told({{"date", good}}, 200), (Told{{"Date", good}}));
  for (const std::string_view value :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "})
    EXPECT_EQ(told({{"date", value}}, 200), Told()) << value;
}

TEST(UpstreamHead, OtherFieldsAreNot) {
  EXPECT_EQ(told({{"server", "x"},
                  {"set-cookie", "a=b"},
                  {"anthropic-organization-id", "o"},
                  {"content-encoding", "gzip"},
                  {"x-ratelimit-remaining-requests", "1"},
                  {"retry-after-msx", "1"}},
                 429),
            Told());
}

TEST(UpstreamHead, LimitsInTheNamesOfOpenAI) {
  RateLimits limits;
  limits[LimitKind::requests] = {50, 49, milliseconds(360'000)};
  limits[LimitKind::tokens] = {80'000, 0, milliseconds(120)};
  limits[LimitKind::input_tokens] = {40'000, 1, {}};
  limits[LimitKind::output_tokens] = {{}, 7, {}};
  const Told all{
      {"x-ratelimit-limit-requests", "50"},        {"x-ratelimit-remaining-requests", "49"},
      {"x-ratelimit-reset-requests", "6m0s"},      {"x-ratelimit-limit-tokens", "80000"},
      {"x-ratelimit-remaining-tokens", "0"},       {"x-ratelimit-reset-tokens", "120ms"},
      {"x-ratelimit-limit-input-tokens", "40000"}, {"x-ratelimit-remaining-input-tokens", "1"},
      {"x-ratelimit-remaining-output-tokens", "7"}};
  for (const int status : {200, 429, 500}) EXPECT_EQ(told({}, status, limits), all) << status;
}

TEST(UpstreamHead, ResetsAreSpeltAsGoDoes) {
  const std::pair<milliseconds, std::string_view> cases[] = {{milliseconds(0), "0s"},
                                                             {milliseconds(1), "1ms"},
                                                             {milliseconds(999), "999ms"},
                                                             {milliseconds(1'000), "1s"},
                                                             {milliseconds(1'001), "2s"},
                                                             {milliseconds(59'999), "1m0s"},
                                                             {milliseconds(61'000), "1m1s"},
                                                             {milliseconds(3'600'000), "1h0m0s"},
                                                             {milliseconds(90'061'000), "25h1m1s"}};
  for (const auto& [reset, spelt] : cases) {
    RateLimits limits;
    limits[LimitKind::requests].reset = reset;
    EXPECT_EQ(told({}, 200, limits), (Told{{"x-ratelimit-reset-requests", std::string(spelt)}}));
  }
}

std::string tokens_left(const RateLimit& input, const RateLimit& output) {
  RateLimits limits;
  limits[LimitKind::input_tokens] = input;
  limits[LimitKind::output_tokens] = output;
  return told({}, 200, limits)["x-ratelimit-remaining-tokens"];
}

TEST(UpstreamHead, TokensThatAreNotToldAreThoseWithTheSmallerShare) {
  EXPECT_EQ(tokens_left({100, 90}, {10, 5}), "5");
  EXPECT_EQ(tokens_left({100, 10}, {10, 5}), "10");
  EXPECT_EQ(tokens_left({100, 50}, {10, 5}), "50");  // equal shares
  EXPECT_EQ(tokens_left({100, 50}, {}), "50");
  EXPECT_EQ(tokens_left({}, {10, 5}), "5");
  EXPECT_EQ(tokens_left({{}, 1}, {10, 5}), "5");  // of an unknown whole
  EXPECT_EQ(tokens_left({0, 0}, {10, 10}), "0");
  EXPECT_EQ(tokens_left({}, {}), "");
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
