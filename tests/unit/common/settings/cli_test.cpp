// SPDX-License-Identifier: MIT
// The flags both daemons share, and the texts made from a table of settings.
#include "common/settings/cli.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llmgw::cli {
namespace {

constexpr std::array table{Variable{"WAIT", "2s", "how `long`", {}, "Times"},
                           Variable{"ROOM", "1KB", "how much"},
                           Variable{"KEY", "", "the key", "required", "Secrets"}};

Checked<Invocation> parse_all(std::vector<const char*> arguments,
                              Explains explains = Explains::no) {
  return parse(arguments, explains);
}

TEST(Cli, KnowsItsFlags) {
  EXPECT_EQ(parse_all({})->command, Command::run);
  EXPECT_EQ(parse_all({"--help"})->command, Command::help);
  EXPECT_EQ(parse_all({"--help=markdown"})->command, Command::help_markdown);
  EXPECT_EQ(parse_all({"--version"})->command, Command::version);
  EXPECT_EQ(parse_all({"--healthcheck"})->command, Command::healthcheck);
  EXPECT_EQ(parse_all({"--check-config"})->command, Command::check_config);
  EXPECT_EQ(parse_all({"--config-schema"})->command, Command::config_schema);
}

TEST(Cli, RefusesTheRestInOneLine) {
  for (const auto* argument : {"", "-h", "--Help", "--help=1", "help", "--port", "a\nb"}) {
    const auto parsed = parse_all({argument});
    ASSERT_FALSE(parsed) << argument;
    ASSERT_EQ(parsed.error().lines.size(), 1U);
    const std::string line = parsed.error().lines[0];
    EXPECT_EQ(line.find('\n'), line.npos);
    EXPECT_TRUE(line.starts_with("unknown option \"")) << line;
    EXPECT_TRUE(line.ends_with(
        ": accepted are --help --help=markdown --version --healthcheck --check-config "
        "--config-schema"))
        << line;
  }
  EXPECT_FALSE(parse_all({"--help", "--version"}));
  EXPECT_FALSE(parse_all({"--help", "--help"}));
}

TEST(Cli, ExplainsWhereItIsOffered) {
  const auto asked = parse_all({"--explain", "model=m header=a:b"}, Explains::yes);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->command, Command::explain);
  EXPECT_EQ(asked->argument, "model=m header=a:b");
  EXPECT_FALSE(parse_all({"--explain"}, Explains::yes));
  EXPECT_FALSE(parse_all({"--explain", "model=m", "tenant=t"}, Explains::yes));
  EXPECT_FALSE(parse_all({"--explain", "model=m"}));
  EXPECT_EQ(help("llm-x", "", table).find("--explain"), std::string::npos);
  EXPECT_NE(help("llm-x", "", table, Explains::yes).find("--explain"), std::string::npos);
}

TEST(Cli, MakesKeysWhereThatIsOffered) {
  const std::vector<const char*> arguments{"--new-key", "--tenant", "t", "--test"};
  const auto made = parse(arguments, Explains::yes);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->command, Command::new_key);
  ASSERT_EQ(made->options.size(), 3U);
  EXPECT_EQ(std::string_view(made->options[1]), "t");
  EXPECT_EQ(parse_all({"--new-key"}, Explains::yes)->options.size(), 0U);
  EXPECT_EQ(parse_all({"--hash-key"}, Explains::yes)->command, Command::hash_key);
  EXPECT_FALSE(parse_all({"--hash-key", "x"}, Explains::yes));
  EXPECT_FALSE(parse_all({"--new-key"}));
  EXPECT_FALSE(parse_all({"--hash-key"}));
  for (const auto* name : {"--new-key", "--hash-key"}) {
    EXPECT_EQ(help("llm-x", "", table).find(name), std::string::npos);
    EXPECT_NE(help("llm-x", "", table, Explains::yes).find(name), std::string::npos);
  }
}

TEST(Cli, HelpNamesEveryVariable) {
  const auto text = help("llm-x", "Does x.", table);
  EXPECT_TRUE(text.starts_with("llm-x 0.1.0\nDoes x.\n\nUsage: llm-x [OPTION]\n")) << text;
  EXPECT_NE(text.find("\n  --healthcheck     ask"), text.npos) << text;
  EXPECT_NE(text.find("\n\nTimes\n  WAIT (default 2s)\n      how long\n"
                      "  ROOM (default 1KB)\n      how much\n"
                      "\nSecrets\n  KEY (required)\n      the key\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("\nExit status\n  0  "), text.npos) << text;
}

TEST(Cli, SaysItsVersion) { EXPECT_EQ(version("llm-x"), "llm-x " LLMGW_VERSION "\n"); }

TEST(Cli, WrapsHelpAtEightyColumns) {
  const std::string word(90, 'w');
  const std::string meaning =
      std::string(50, 'a') + " " + std::string(23, 'b') + " c " + word + " d";
  const std::array rows{Variable{"NAME", "1", meaning}};
  const auto text = help("llm-x", "Does x.", rows);
  const std::string indent(6, ' ');
  EXPECT_NE(text.find("\n" + indent + std::string(50, 'a') + " " + std::string(23, 'b') + "\n" +
                      indent + "c\n" + indent + word + "\n" + indent + "d\n"),
            text.npos)
      << text;
}

TEST(Cli, WritesTheTablesOfThePage) {
  const std::string head = "| variable | default | meaning |\n|---|---|---|\n";
  EXPECT_EQ(markdown_tables(table),
            "### Times\n\n" + head +
                "| `WAIT` | `2s` | how `long` |\n| `ROOM` | `1KB` | how much |\n"
                "\n### Secrets\n\n" +
                head + "| `KEY` | required | the key |\n");
}

TEST(Cli, ShowsWhatIsInEffectAndWhoSetIt) {
  const std::array<EffectiveSetting, 3> settings{
      {{"WAIT", "5s"}, {"ROOM", "1KB"}, {"KEY", "a\x1b[31m"}}};
  const Environment environment(Environment::Map{{"WAIT", "5000ms"}, {"KEY", "x"}, {"ROOM", ""}});
  const auto row = [](std::string name, std::string value, const std::string& from) {
    name.resize(30, ' ');
    value.resize(34, ' ');
    return "  " + name + value + from + "\n";
  };
  EXPECT_EQ(settings_table(table, settings, environment),
            row("VARIABLE", "VALUE", "SET BY") + "\nTimes\n" + row("WAIT", "5s", "environment") +
                row("ROOM", "1KB", "default") + "\nSecrets\n" +
                row("KEY", "\"a\\u001b[31m\"", "environment"));
  const std::array<EffectiveSetting, 1> empty{{{"KEY", ""}}};
  EXPECT_TRUE(settings_table(table, empty, environment)
                  .ends_with("\nSecrets\n" + row("KEY", "-", "environment")));
}

}  // namespace
}  // namespace llmgw::cli
