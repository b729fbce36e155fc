// SPDX-License-Identifier: MIT
// Whose event is whose, and that there is never more than there is room for.
#include "collector/query/live_tap.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

std::string line(std::string_view tenant, std::string_view model, int status,
                 std::string_view more = "") {
  return R"({"request_id":"r","tenant":")" + std::string(tenant) +
         R"(","app_key":"sha256:1","provider":"openai","model":")" + std::string(model) +
         R"(","outcome":"completed","latency_ms":1,"status_code":)" + std::to_string(status) +
         R"(,"prompt_tokens":3,"completion_tokens":2,"ts":"2026-11-23T08:30:00.123Z")" +
         std::string(more) + "}\n";
}

class LiveTapTest : public testing::Test {
 protected:
  LiveTap::Share share(Filter filter, std::size_t room = 10) {
    return {.viewer = 1, .filter = std::make_shared<const Filter>(std::move(filter)), .room = room};
  }
  static Filter of(Dimension dimension, std::vector<std::string> values) {
    Filter filter;
    filter.values[static_cast<std::size_t>(dimension)] = std::move(values);
    return filter;
  }
  void show(LiveTap& tap, const std::string& text) {
    EventRow row;
    ASSERT_TRUE(reader_.read(text, row));
    tap.show(row, text);
  }
  bool takes(const Filter& filter, const std::string& text) {
    EventRow row;
    EXPECT_TRUE(reader_.read(text, row));
    return matches(filter, row);
  }

  RowReader reader_;
};

TEST_F(LiveTapTest, HoldsEventsAgainstEveryFilter) {
  const std::string event = line("team-a", "gpt", 429);
  EXPECT_TRUE(takes({}, event));
  EXPECT_TRUE(takes(of(Dimension::tenant, {"team-b", "team-a"}), event));
  EXPECT_FALSE(takes(of(Dimension::tenant, {"team"}), event));
  EXPECT_TRUE(takes(of(Dimension::status_class, {"4xx"}), event));
  EXPECT_FALSE(takes(of(Dimension::status_class, {"2xx", "none"}), event));
  EXPECT_TRUE(takes(of(Dimension::status_class, {"none"}), line("t", "m", 0)));
  EXPECT_TRUE(takes(of(Dimension::provider, {"openai"}), event));
  EXPECT_TRUE(takes(of(Dimension::app_key, {"sha256:1"}), event));
  EXPECT_TRUE(takes(of(Dimension::outcome, {"completed"}), event));
  EXPECT_FALSE(takes(of(Dimension::model, {"other"}), event));
  const std::string longer(longest_word + 5, 'x');  // known by its beginning, as in the store
  EXPECT_TRUE(takes(of(Dimension::tenant, {longer + "y"}), line(longer, "m", 200)));
}

TEST_F(LiveTapTest, ShowsNobodyAnotherTenant) {
  Filter own;
  own.visible_tenants = {"team-a"};
  LiveTap tap({share(own), share({})});
  show(tap, line("team-a", "m", 200));
  show(tap, line("team-b", "m", 200));
  EXPECT_EQ(tap.shares()[0].lines.size(), 1U);
  EXPECT_EQ(tap.shares()[0].sums.requests, 1U);
  EXPECT_EQ(tap.shares()[1].lines.size(), 2U);
}

TEST_F(LiveTapTest, CountsWhatItHasNoRoomFor) {
  LiveTap tap({share({}, 2)});
  for (int i = 0; i < 5; ++i) show(tap, line("t", "m", i == 0 ? 500 : 200));
  const LiveTap::Share& share = tap.shares().front();
  EXPECT_EQ(share.lines.size(), 2U);
  EXPECT_EQ(share.skipped, 3U);
  EXPECT_EQ(share.sums.requests, 5U);
  EXPECT_EQ(share.sums.errors, 1U);
  EXPECT_EQ(share.sums.prompt_tokens, 15U);
  EXPECT_EQ(share.sums.completion_tokens, 10U);
  EXPECT_EQ(share.sums.unpriced, 5U);
}

TEST_F(LiveTapTest, ShowsOneLineAndNoLongOne) {
  LiveTap tap({share({})});
  show(tap, line("t", "m", 200, ",\r\"x\":1"));
  show(tap, line("t", "m", 200, ",\"x\":\"" + std::string(LiveTap::longest, 'x') + "\""));
  const LiveTap::Share& share = tap.shares().front();
  ASSERT_EQ(share.lines.size(), 1U);
  EXPECT_EQ(share.lines[0].find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(share.skipped, 1U);
}

}  // namespace
}  // namespace llmgw::collector
