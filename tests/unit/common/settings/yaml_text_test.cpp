// SPDX-License-Identifier: MIT
// YAML and JSON to values: texts stay texts, places are right, and what is refused is named.
#include "common/settings/yaml_text.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

using Kind = ConfigValue::Kind;

ConfigValue good(std::string_view text) {
  std::vector<YamlFault> faults;
  ConfigValue value = read_yaml(text, 7, faults);
  for (const auto& each : faults) ADD_FAILURE() << each.place.line << ": " << each.reason;
  return value;
}

std::string fault_of(std::string_view text) {
  std::vector<YamlFault> faults;
  read_yaml(text, 0, faults);
  if (faults.size() != 1) return std::to_string(faults.size()) + " faults";
  return std::to_string(faults[0].place.line) + ":" + std::to_string(faults[0].place.column) +
         ": " + faults[0].reason;
}

TEST(YamlText, KeepsOrderTextsAndPlaces) {
  const auto root = good("# comment\nb: yes\na:\n  - 1.5\n  - \"2\"\n  - {c: ~, d: }\n");
  ASSERT_EQ(root.kind, Kind::object);
  ASSERT_EQ(root.members.size(), 2U);
  EXPECT_EQ(root.members[0].name, "b");
  EXPECT_EQ(root.members[0].place, (ConfigPlace{7, 2, 1}));
  EXPECT_EQ(root.members[0].value.text, "yes");
  EXPECT_EQ(root.members[0].value.place, (ConfigPlace{7, 2, 4}));
  const auto& list = root.members[1].value;
  ASSERT_EQ(list.kind, Kind::list);
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0].text, "1.5");
  EXPECT_FALSE(list.items[0].is_quoted);
  EXPECT_EQ(list.items[1].text, "2");
  EXPECT_TRUE(list.items[1].is_quoted);
  ASSERT_EQ(list.items[2].kind, Kind::object);
  EXPECT_EQ(list.items[2].members[0].value.kind, Kind::nothing);
  EXPECT_EQ(list.items[2].members[1].value.kind, Kind::nothing);
}

TEST(YamlText, ReadsJson) {
  const auto root = good("{\n\t\"a\": [1, \"x\\u00e4\\/\"],\r\n\t\"b\": {\"c\": true}\n}\n");
  ASSERT_EQ(root.members.size(), 2U);
  EXPECT_EQ(root.members[0].value.items[0].text, "1");
  EXPECT_EQ(root.members[0].value.items[1].text, "x\xc3\xa4/");
  EXPECT_EQ(root.members[1].value.members[0].value.text, "true");
}

TEST(YamlText, TakesEmptyTextsAsEmptyObjects) {
  for (const auto* text : {"", "\n", "# nothing\n"}) {
    EXPECT_EQ(good(text).kind, Kind::object) << text;
    EXPECT_TRUE(good(text).members.empty()) << text;
  }
}

TEST(YamlText, RefusesAnchorsAliasesTagsAndMore) {
  EXPECT_EQ(fault_of("a: &x 1\n"), "1:4: anchors and aliases are not accepted");
  EXPECT_EQ(fault_of("a: &x [1]\nb: *x\n"), "1:4: anchors and aliases are not accepted");
  EXPECT_EQ(fault_of("a: &x\n"), "1:4: anchors and aliases are not accepted");
  EXPECT_EQ(fault_of("&x a: 1\n"), "1:1: anchors and aliases are not accepted");
  EXPECT_EQ(fault_of("a: !!binary aGk=\n"), "1:4: tags are not accepted");
  EXPECT_EQ(fault_of("a: !x {}\n"), "1:4: tags are not accepted");
  EXPECT_EQ(fault_of("a: 1\n---\nb: 2\n"), "2:1: a second document in one file is not accepted");
  EXPECT_EQ(fault_of("? [a]\n: 1\n"),
            "1:3: a name must be a text; or the end of an object is missing");
  EXPECT_EQ(fault_of("~: 1\n"), "1:1: a name must be a text; or the end of an object is missing");
}

TEST(YamlText, RefusesANameThatStandsTwice) {
  EXPECT_EQ(fault_of("a: 1\nb: 2\na: 3\n"), "3:1: this name stands here twice; first in line 1");
  EXPECT_EQ(fault_of("{\"a\": 1, \"a\": 2}"), "1:10: this name stands here twice; first in line 1");
  EXPECT_EQ(fault_of("x: {a: 1}\ny: {a: 1}\n"), "0 faults");
}

TEST(YamlText, RefusesDepthAndSize) {
  const auto nested = [](std::size_t depth) {
    return "a: " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "\n";
  };
  EXPECT_EQ(fault_of(nested(most_yaml_depth)), "0 faults");
  EXPECT_EQ(fault_of(nested(most_yaml_depth + 1)), "1:19: nested deeper than 16 levels");
  EXPECT_TRUE(fault_of("a: " + std::string(100'000, '[')).starts_with("1:"));
  const std::string full(most_yaml_bytes - 4, 'x');
  EXPECT_EQ(fault_of("a: " + full + "\n"), "0 faults");
  EXPECT_EQ(fault_of("a: " + full + "x\n"), "1:1: the file is larger than 1MB");
}

TEST(YamlText, NamesThePlaceWhereItIsNoYaml) {
  EXPECT_EQ(fault_of("a: [1, 2\n"), "1:8: end of sequence flow not found");
  EXPECT_EQ(fault_of("a: 1\n  b: 2\n"), "2:4: illegal map value");
  EXPECT_EQ(fault_of("{\"a\": 1\n"),
            "1:1: a name must be a text; or the end of an object is missing");
}

TEST(YamlText, TellsItsFaultsInOneLine) {
  const std::string fault = fault_of("a: \"\\\r\"\nb: \"\\\x01\"\n");
  EXPECT_EQ(fault.find_first_of("\r\n\x01"), fault.npos);
  EXPECT_NE(fault.find("unknown escape character: ?"), fault.npos) << fault;
}

TEST(YamlText, RefusesTextsThatAreCutInAQuote) {
  for (const char* text : {"a: 'x\n", "a: \"x\n\n", "a: 'x\r\n", "{\"a\": \"x"})
    EXPECT_TRUE(fault_of(text).ends_with("illegal EOF in scalar")) << text << fault_of(text);
}

}  // namespace
}  // namespace llmgw
