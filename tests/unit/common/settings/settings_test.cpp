// SPDX-License-Identifier: MIT
// Each kind of setting: default, value, fault line.
#include "common/settings/settings.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace llmgw {
namespace {

using namespace std::chrono_literals;

constexpr std::array table{
    Variable{"WAIT", "2s", "a duration"}, Variable{"ROOM", "64MB", "a size"},
    Variable{"COUNT", "", "an integer"},  Variable{"WHERE", ":80", "an address"},
    Variable{"TARGET", "", "an URL"},     Variable{"MODE", "slow", "a word"},
};

constexpr std::array<std::pair<std::string_view, int>, 3> modes{
    {{"fast", 1}, {"slow", 2}, {"off", 3}}};

// Reads one variable by `read` from an environment that sets it alone; gives the faults.
template <class Read>
std::vector<std::string> faults_of(std::string name, std::string value, Read read) {
  const Environment environment(Environment::Map{{std::move(name), std::move(value)}});
  Settings settings(environment, table);
  read(settings);
  return settings.take_faults().lines;
}

using Lines = std::vector<std::string>;

TEST(Settings, FallBackOnTheTable) {
  const Environment environment(Environment::Map{});
  Settings settings(environment, table);
  EXPECT_EQ(settings.duration("WAIT", 0s, 1h), 2s);
  EXPECT_EQ(settings.size("ROOM", 0, 1ULL << 30), 64ULL << 20);
  EXPECT_EQ(settings.integer("COUNT", 1, 9, 7), 7U);
  EXPECT_EQ(settings.listen_address("WHERE"), (ListenAddress{"", 80}));
  EXPECT_EQ(settings.http_url("TARGET"), std::nullopt);
  EXPECT_EQ(settings.choice("MODE", modes), 2);
  EXPECT_EQ(settings.text("COUNT"), std::nullopt);
  EXPECT_EQ(settings.take_faults().lines, Lines{});
}

TEST(Settings, ReadTheEnvironment) {
  const Environment environment(Environment::Map{{"WAIT", "3s"},
                                                 {"ROOM", "1KB"},
                                                 {"COUNT", "9"},
                                                 {"WHERE", "off"},
                                                 {"TARGET", "http://h/x"},
                                                 {"MODE", "off"}});
  Settings settings(environment, table);
  EXPECT_EQ(settings.duration("WAIT", 0s, 3s), 3s);
  EXPECT_EQ(settings.size("ROOM", 1'024, 1'024), 1'024U);
  EXPECT_EQ(settings.integer("COUNT", 1, 9, 7), 9U);
  EXPECT_EQ(settings.listen_address_or_off("WHERE"), std::nullopt);
  EXPECT_EQ(settings.http_url("TARGET")->path, "/x");
  EXPECT_EQ(settings.choice("MODE", modes), 3);
  EXPECT_EQ(settings.take_faults().lines, Lines{});
}

TEST(Settings, NameTheVariableTheValueAndWhatIsAccepted) {
  const auto duration = [](Settings& s) { s.duration("WAIT", 1ms, 24h); };
  const std::string durations = "not a duration from 1ms to 24h, such as 500ms, 2s or 1m30s";
  EXPECT_EQ(faults_of("WAIT", "5", duration), Lines{"WAIT=\"5\": " + durations});
  EXPECT_EQ(faults_of("WAIT", "0s", duration), Lines{"WAIT=\"0s\": " + durations});
  EXPECT_EQ(faults_of("WAIT", "25h", duration), Lines{"WAIT=\"25h\": " + durations});
  EXPECT_EQ(faults_of("WAIT", "24h", duration), Lines{});

  const auto size = [](Settings& s) { s.size("ROOM", 1, 1ULL << 30); };
  const std::string sizes = "not a size from 1 to 1GB, such as 65536, 256KB or 64MB";
  EXPECT_EQ(faults_of("ROOM", "big", size), Lines{"ROOM=\"big\": " + sizes});
  EXPECT_EQ(faults_of("ROOM", "0", size), Lines{"ROOM=\"0\": " + sizes});
  EXPECT_EQ(faults_of("ROOM", "1025MB", size), Lines{"ROOM=\"1025MB\": " + sizes});

  const auto count = [](Settings& s) { s.integer("COUNT", 1, 9); };
  EXPECT_EQ(faults_of("COUNT", "abc", count), Lines{"COUNT=\"abc\": not an integer from 1 to 9"});
  EXPECT_EQ(faults_of("COUNT", "0", count), Lines{"COUNT=\"0\": not an integer from 1 to 9"});
  EXPECT_EQ(faults_of("COUNT", "10", count), Lines{"COUNT=\"10\": not an integer from 1 to 9"});

  const std::string addresses =
      "not an address to listen on such as :8080, 127.0.0.1:8080, [::1]:8080 or localhost:8080 (no "
      "other host names)";
  EXPECT_EQ(faults_of("WHERE", "off", [](Settings& s) { s.listen_address("WHERE"); }),
            Lines{"WHERE=\"off\": " + addresses});
  EXPECT_EQ(faults_of("WHERE", "on", [](Settings& s) { s.listen_address_or_off("WHERE"); }),
            Lines{"WHERE=\"on\": " + addresses + ", nor off"});

  EXPECT_EQ(faults_of("MODE", "Fast", [](Settings& s) { s.choice("MODE", modes); }),
            Lines{"MODE=\"Fast\": not one of fast, slow or off"});
}

TEST(Settings, HideThePasswordOfAnUrl) {
  EXPECT_EQ(faults_of("TARGET", "http://u:secret@h", [](Settings& s) { s.http_url("TARGET"); }),
            Lines{"TARGET=\"http://***@h\": not an http or https URL: user and password are not "
                  "accepted in an URL"});
}

TEST(Settings, KeepAFaultOnOneLine) {
  const auto lines = faults_of("MODE", "a\nb\x1b[31m\xff" + std::string(500, 'x'),
                               [](Settings& s) { s.choice("MODE", modes); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("MODE=\"a\\nb\\u001b[31m\xef\xbf\xbdxxx")) << lines[0];
  EXPECT_EQ(lines[0].find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(lines[0].size(), 300U);
}

TEST(Settings, GatherAllFaultsOnce) {
  const Environment environment(Environment::Map{{"WAIT", "x"}, {"COUNT", "y"}});
  Settings settings(environment, table);
  settings.duration("WAIT", 0s, 1h);
  settings.integer("COUNT", 1, 9);
  EXPECT_EQ(settings.take_faults().lines.size(), 2U);
  EXPECT_EQ(settings.take_faults().lines.size(), 0U);
}

TEST(Settings, KnowTheirTable) {
  const Environment environment(Environment::Map{});
  EXPECT_THROW(static_cast<void>(Settings(environment, table).text("OTHER")), std::logic_error);
}

TEST(Checked, ThrowsTheFirstFaultWhereNobodyLooked) {
  const Checked<int> checked = Faults{{"A: bad", "B: bad"}};
  ASSERT_FALSE(checked);
  EXPECT_THROW(static_cast<void>(checked.value()), std::runtime_error);
}

}  // namespace
}  // namespace llmgw
