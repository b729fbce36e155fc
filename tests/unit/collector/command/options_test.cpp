// SPDX-License-Identifier: MIT
// Options in both spellings, and what is wrong with them.
#include "collector/command/options.hpp"

#include <gtest/gtest.h>

#include <array>

namespace llmgw::collector {
namespace {

Options options_of(std::vector<const char*> arguments) {
  return Options(std::span<const char* const>(arguments));
}

TEST(Options, AreTakenInBothSpellings) {
  Options options = options_of({"--model", "a", "--dry-run", "--model=b=c", "--from=2026-11-23"});
  EXPECT_EQ(options.take_all("--model"), (std::vector<std::string>{"a", "b=c"}));
  EXPECT_TRUE(options.take_flag("--dry-run"));
  EXPECT_FALSE(options.take_flag("--dry-run"));
  EXPECT_EQ(options.take_time("--from"), 1'795'392'000'000);
  EXPECT_EQ(options.take("--to"), std::nullopt);
  EXPECT_EQ(options.fault(), std::nullopt);
}

TEST(Options, KnowTimesAndDays) {
  EXPECT_EQ(options_of({"--at", "2026-11-23T08:30:00.123Z"}).take_time("--at"), 1'795'422'600'123);
  EXPECT_EQ(options_of({"--at", "1970-01-02"}).take_day("--at"), 1);
  for (const char* each : {"", "yesterday", "2026-02-30", "2026-11-23T08:30"}) {
    Options options = options_of({"--at", each});
    EXPECT_EQ(options.take_time("--at"), std::nullopt);
    EXPECT_NE(options.fault(), std::nullopt) << each;
  }
  Options day = options_of({"--at", "2026-11-23T08:30:00Z"});
  EXPECT_EQ(day.take_day("--at"), std::nullopt);
  EXPECT_NE(day.fault(), std::nullopt);
}

TEST(Options, TellWhatIsWrong) {
  const auto fault_of = [](std::vector<const char*> arguments) {
    Options options = options_of(std::move(arguments));
    options.take("--name");
    constexpr std::array<std::string_view, 2> words{"text", "json"};
    options.take_word("--format", words, "text");
    return options.fault().value_or("none");
  };
  EXPECT_EQ(fault_of({}), "none");
  EXPECT_EQ(fault_of({"--name"}), "--name needs a value");
  EXPECT_EQ(fault_of({"--name=a", "--name=b"}), "--name may be there once");
  EXPECT_EQ(fault_of({"--format", "xml"}), "--format must be one of text, json");
  EXPECT_EQ(fault_of({"--nam=a"}), "unknown: --nam=a");
  EXPECT_EQ(fault_of({"more"}), "unknown: more");
}

}  // namespace
}  // namespace llmgw::collector
