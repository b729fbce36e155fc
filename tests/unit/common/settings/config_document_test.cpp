// SPDX-License-Identifier: MIT
// Files laid together: which of a folder, what stands twice, and the hash.
#include "common/settings/config_document.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmgw {
namespace {

using Files = std::map<std::string, std::string>;

ConfigDocument read(const std::string& path, const Files& files) {
  const auto reader = [&files](const std::string& each) -> Result<std::string> {
    const auto found = files.find(each);
    if (found != files.end()) return found->second;
    return make_error_code(boost::system::errc::permission_denied);
  };
  const auto lister = [&files](const std::string& each) -> Result<std::vector<std::string>> {
    if (each == "/none") return make_error_code(boost::system::errc::no_such_file_or_directory);
    if (files.contains(each)) return std::vector{each};
    std::vector<std::string> names;
    for (const auto& [name, content] : files) names.push_back(name);
    return names;
  };
  return read_config_document(path, reader, lister);
}

std::vector<std::string> names(const ConfigDocument& document) {
  std::vector<std::string> all;
  for (const auto& each : document.root.members) all.push_back(each.name);
  return all;
}

TEST(ConfigDocument, IsEmptyWithoutAPath) {
  const auto document = read("", {});
  EXPECT_TRUE(document.faults.lines.empty());
  EXPECT_TRUE(document.root.members.empty());
  EXPECT_EQ(document.origin.hash, "");
}

TEST(ConfigDocument, HashesOneFileAsSha256sumDoes) {
  const auto document = read("/c/a.yaml", {{"/c/a.yaml", "a: 1\n"}});
  EXPECT_EQ(document.origin.hash,
            "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae");
  EXPECT_EQ(document.origin.files, std::vector<std::string>{"/c/a.yaml"});
}

TEST(ConfigDocument, TakesAFileOfAnyName) {
  const auto document = read("/c/settings", {{"/c/settings", "a: 1\n"}});
  EXPECT_EQ(names(document), std::vector<std::string>{"a"});
}

TEST(ConfigDocument, LaysTheFilesOfAFolderTogether) {
  const Files files{{"/c/1.yaml", "version: 1\na: 1\n"},
                    {"/c/2.yml", "b: 2\n"},
                    {"/c/3.json", "{\"version\": 1, \"c\": 3}"},
                    {"/c/notes.txt", "not: [read"}};
  const auto document = read("/c", files);
  EXPECT_TRUE(document.faults.lines.empty());
  EXPECT_EQ(names(document), (std::vector<std::string>{"version", "a", "b", "version", "c"}));
  EXPECT_EQ(document.origin.files,
            (std::vector<std::string>{"/c/1.yaml", "/c/2.yml", "/c/3.json"}));
  EXPECT_EQ(to_string(document.root.members[2].place, document.origin.files), "/c/2.yml:1:1");
  Files changed = files;
  changed["/c/2.yml"] = "b: 3\n";
  EXPECT_NE(read("/c", changed).origin.hash, document.origin.hash);
  changed = files;
  changed["/c/notes.txt"] = "else";
  EXPECT_EQ(read("/c", changed).origin.hash, document.origin.hash);
}

// Faults in them still name the file that they stand in.
TEST(ConfigDocument, LaysTheListsOfKeysTogether) {
  const auto document = read("/c", {{"/c/1.yaml", "keys: [a]\n"},
                                    {"/c/2.yaml", "b: 1\nkeys:\n  - c\n  - d\n"},
                                    {"/c/3.yaml", "keys: []\n"}});
  EXPECT_TRUE(document.faults.lines.empty());
  EXPECT_EQ(names(document), (std::vector<std::string>{"keys", "b"}));
  const auto& items = document.root.members[0].value.items;
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].text, "a");
  EXPECT_EQ(items[2].text, "d");
  EXPECT_EQ(to_string(items[2].place, document.origin.files), "/c/2.yaml:4:5");
}

TEST(ConfigDocument, JoinsNothingButLists) {
  for (const auto& [one, two] :
       {std::pair("keys: [a]\n", "keys: {a: 1}\n"), std::pair("keys: {a: 1}\n", "keys: [a]\n"),
        std::pair("keys:\n", "keys: [a]\n")})
    EXPECT_EQ(read("/c", {{"/c/1.yaml", one}, {"/c/2.yaml", two}}).faults.lines,
              std::vector<std::string>{
                  "/c/2.yaml:1:1: this section is defined twice; first in /c/1.yaml:1:1"});
}

TEST(ConfigDocument, HoldsThousandsOfFiles) {
  Files files;
  for (int i = 10'000; i < 15'000; ++i)
    files["/c/" + std::to_string(i) + ".yaml"] = "version: 1\nkeys: [" + std::to_string(i) + "]\n";
  const auto document = read("/c", files);
  EXPECT_TRUE(document.faults.lines.empty());
  EXPECT_EQ(document.root.members.size(), 5'001U);
  EXPECT_EQ(document.root.members[1].value.items.back().text, "14999");
}

TEST(ConfigDocument, NamesWhatTwoFilesDefine) {
  const auto document = read("/c", {{"/c/1.yaml", "a: 1\n"}, {"/c/2.yaml", "b: 1\na: 2\n"}});
  EXPECT_EQ(document.faults.lines,
            std::vector<std::string>{
                "/c/2.yaml:2:1: this section is defined twice; first in /c/1.yaml:1:1"});
}

TEST(ConfigDocument, TellsTheFaultsOfAllFiles) {
  const auto document = read("/c", {{"/c/1.yaml", "a: [\n"},
                                    {"/c/2.yaml", "- 1\n"},
                                    {"/c/3.yaml", "b: 1\nb: 2\n"},
                                    {"/c/4.yaml", "text"}});
  ASSERT_EQ(document.faults.lines.size(), 4U);
  EXPECT_TRUE(document.faults.lines[0].starts_with("/c/1.yaml:1:4: "));
  EXPECT_EQ(document.faults.lines[1],
            "/c/2.yaml:1:1: the file must hold an object, whose members are sections");
  EXPECT_EQ(document.faults.lines[2],
            "/c/3.yaml:2:1: this name stands here twice; first in line 1");
  EXPECT_EQ(document.faults.lines[3],
            "/c/4.yaml:1:1: the file must hold an object, whose members are sections");
}

TEST(ConfigDocument, SaysWhatCannotBeRead) {
  EXPECT_EQ(read("/none", {}).faults.lines,
            std::vector<std::string>{
                "GATEWAY_CONFIG=\"/none\": cannot be read: No such file or directory"});
  EXPECT_EQ(read("/c", {{"/c/a.txt", ""}}).faults.lines,
            std::vector<std::string>{"GATEWAY_CONFIG=\"/c\": the folder holds no file that ends in "
                                     ".yaml, .yml or .json"});
}

}  // namespace
}  // namespace llmgw
