// SPDX-License-Identifier: MIT
// The flags both daemons share, and the texts made from a table of settings.
#include "common/cli.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llmgw::cli {
namespace {

constexpr std::array table{Variable{"WAIT", "2s", "how `long`"},
                           Variable{"KEY", "", "the key", "required"}};

Checked<Command> parse_all(std::vector<const char*> arguments) { return parse(arguments); }

TEST(Cli, KnowsItsFlags) {
  EXPECT_EQ(*parse_all({}), Command::run);
  EXPECT_EQ(*parse_all({"--help"}), Command::help);
  EXPECT_EQ(*parse_all({"--version"}), Command::version);
  EXPECT_EQ(*parse_all({"--healthcheck"}), Command::healthcheck);
  EXPECT_EQ(*parse_all({"--check-config"}), Command::check_config);
}

TEST(Cli, RefusesTheRestInOneLine) {
  for (const auto* argument : {"", "-h", "--Help", "--help=1", "help", "--port", "a\nb"}) {
    const auto parsed = parse_all({argument});
    ASSERT_FALSE(parsed) << argument;
    ASSERT_EQ(parsed.error().lines.size(), 1U);
    const std::string line = parsed.error().lines[0];
    EXPECT_EQ(line.find('\n'), line.npos);
    EXPECT_TRUE(line.starts_with("unknown option \"")) << line;
    EXPECT_TRUE(line.ends_with(": accepted are --help --version --healthcheck --check-config"))
        << line;
  }
  EXPECT_FALSE(parse_all({"--help", "--version"}));
  EXPECT_FALSE(parse_all({"--help", "--help"}));
}

TEST(Cli, HelpNamesEveryVariable) {
  const auto text = help("llm-x", "Does x.", table);
  EXPECT_TRUE(text.starts_with("llm-x 0.1.0\nDoes x.\n\nUsage: llm-x [--help |")) << text;
  EXPECT_NE(text.find("\n  --healthcheck   ask"), text.npos) << text;
  EXPECT_NE(text.find("\n  WAIT (default 2s)\n      how long\n"), text.npos) << text;
  EXPECT_NE(text.find("\n  KEY (required)\n      the key\n"), text.npos) << text;
}

TEST(Cli, SaysItsVersion) { EXPECT_EQ(version("llm-x"), "llm-x " LLMGW_VERSION "\n"); }

TEST(Cli, WritesTheTableOfTheReadme) {
  EXPECT_EQ(markdown_table(table),
            "| variable | default | meaning |\n|---|---|---|\n"
            "| `WAIT` | `2s` | how `long` |\n| `KEY` | required | the key |\n");
}

}  // namespace
}  // namespace llmgw::cli
