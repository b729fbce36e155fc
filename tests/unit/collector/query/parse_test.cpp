// SPDX-License-Identifier: MIT
// Parameters, their bounds, and cursors that fit their question alone.
#include "collector/query/parse.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t now = 1'795'422'600'123;  // 2026-11-23T08:30:00.123Z

Parsed<UsageQuery> usage(std::string_view query) {
  Parameters parameters(query);
  return parse_usage(parameters, {now, {}});
}
Parsed<EventsQuery> events(std::string_view query) {
  Parameters parameters(query);
  return parse_events(parameters, {now, {}});
}

TEST(DecodeComponent, UndoesPercentCoding) {
  EXPECT_EQ(decode_component("a%20b+c%2B%c3%A4"), "a b c+\u00e4");
  EXPECT_EQ(decode_component("%00"), std::string(1, '\0'));
  for (const auto* broken : {"%", "%4", "%g0", "%0g", "a%"})
    EXPECT_EQ(decode_component(broken), std::nullopt) << broken;
}

TEST(UsageQuery, HasThirtyDaysByDefault) {
  const auto query = usage("");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->span.to - query->span.from, 30 * day);
  EXPECT_EQ(query->span.to % day, 0);
  EXPECT_GT(query->span.to, now);
  EXPECT_EQ(query->bucket, Bucket::none);
  EXPECT_EQ(query->limit, 1'000U);
}

TEST(UsageQuery, TakesWholeHours) {
  const auto query = usage("from=2026-11-23T08:30:00Z&to=2026-11-23T10:00:00.001%2B01:00");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->span.from, now / hour * hour);
  EXPECT_EQ(query->span.to, query->span.from + 2 * hour);
}

TEST(UsageQuery, ReadsAllOfIt) {
  const auto query = usage(
      "from=2026-11-01&to=2026-11-02&bucket=hour&group_by=tenant,model&group_by=status_class&"
      "tenant=a%2Cb&tenant=c&status_class=none&order=cost&limit=5&&");
  ASSERT_TRUE(query) << query.error().text;
  EXPECT_EQ(query->bucket, Bucket::hour);
  EXPECT_EQ(query->order, Order::cost);
  EXPECT_EQ(query->group_by,
            (std::vector<Dimension>{Dimension::tenant, Dimension::model, Dimension::status_class}));
  EXPECT_EQ(query->filter.of(Dimension::tenant), (std::vector<std::string>{"a,b", "c"}));
  EXPECT_EQ(query->filter.of(Dimension::status_class), std::vector<std::string>{"none"});
}

TEST(Cursor, FitsItsQuestionAlone) {
  const auto query = usage("group_by=tenant&tenant=a&tenant=b");
  const std::string cursor = cursor_of(*query, 70);
  EXPECT_EQ(usage("group_by=tenant&tenant=a&tenant=b&limit=3&cursor=" + cursor)->offset, 70U);
  for (const auto* other :
       {"group_by=tenant&tenant=ab", "group_by=model&tenant=a&tenant=b", "tenant=a&tenant=b",
        "group_by=tenant&tenant=a&tenant=b&bucket=day", "group_by=tenant&model=a&model=b"}) {
    const auto refused = usage(std::string(other) + "&cursor=" + cursor);
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().parameter, "cursor");
  }
  for (const auto& broken :
       {std::string("x"), cursor.substr(0, 16), cursor + "7", cursor + "zz", cursor + "ff"})
    EXPECT_FALSE(usage("group_by=tenant&tenant=a&tenant=b&cursor=" + broken)) << broken;
  const std::string place("\0\1\2\3\4\5\6\7\x8f\xff\0\0\0\0\0\1", 16);
  EXPECT_EQ(events("tenant=a&cursor=" + cursor_of(*events("tenant=a"), place))->before, place);
  EXPECT_FALSE(events("cursor=" + cursor_of(*events("tenant=a"), place)));
}

TEST(EventsQuery, LooksForIdsOfOursWhereTheyWereMade) {
  EXPECT_EQ(time_of_request("req_019ab0c17a3b7def9abc0123456789ab"), 0x019ab0c17a3b);
  for (const auto* other :
       {"req_019ab0c17a3b4def9abc0123456789ab", "req_1", "", "req_019AB0C17A3B7DEF9ABC0123456789AB",
        "rec_019ab0c17a3b7def9abc0123456789ab"})
    EXPECT_EQ(time_of_request(other), std::nullopt) << other;
  const auto query = events("request_id=req_019ab0c17a3b7def9abc0123456789ab");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->span.from, 0x019ab0c17a3b - hour);
  EXPECT_EQ(query->span.to, 0x019ab0c17a3b + day);
}

TEST(Filter, TellsWhoseEventsMayBeSeen) {
  Parameters parameters("tenant=a&tenant=b");
  const auto query = parse_usage(parameters, {now, std::vector<std::string>{"a", "b"}});
  EXPECT_FALSE(asks_for_others(query->filter));
  Parameters more("tenant=a&tenant=c");
  EXPECT_TRUE(
      asks_for_others(parse_usage(more, {now, std::vector<std::string>{"a", "b"}})->filter));
  EXPECT_FALSE(asks_for_others(usage("tenant=c")->filter));
}

}  // namespace
}  // namespace llmgw::collector
