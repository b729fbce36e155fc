// SPDX-License-Identifier: MIT
// Every way to spell a dot segment, and what only looks like one.
#include "proxy/api/dot_segments.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fuzz/path_reference.hpp"

namespace llmgw::proxy {
namespace {

using Texts = std::vector<std::string>;

// Plain, coded, coded twice, three times, and with its digits coded.
Texts spellings(const std::string& hex, const std::string& plain) {
  Texts all{plain};
  for (const std::string& digits :
       {hex.substr(0, 1) + static_cast<char>(std::tolower(hex[1])), hex}) {
    all.push_back("%" + digits);
    all.push_back("%25" + digits);
    all.push_back("%2525" + digits);
    all.push_back("%%3" + digits.substr(0, 1) + digits.substr(1));
  }
  all.push_back("%25%3" + hex.substr(0, 1) + hex.substr(1));
  return all;
}
const Texts dots = spellings("2E", ".");
const Texts separators = [] {
  Texts all = spellings("2F", "/");
  for (const std::string& each : spellings("5C", "\\")) all.push_back(each);
  return all;
}();
const Texts semicolons = spellings("3B", ";");

TEST(DotSegments, AreFoundInEveryCodingAfterEverySeparator) {
  for (const std::string& before : separators) {
    for (const std::string& first : dots) {
      for (const std::string& after : separators) {
        EXPECT_TRUE(has_dot_segment("/v1" + before + first + after + "x"))
            << before << first << after;
      }
      EXPECT_TRUE(has_dot_segment("/v1" + before + first)) << before << first;
      for (const std::string& second : dots) {
        EXPECT_TRUE(has_dot_segment("/v1" + before + first + second + "/admin"))
            << before << first << second;
        EXPECT_TRUE(has_dot_segment("/v1" + before + first + second)) << before << first << second;
        for (const std::string& semicolon : semicolons)
          EXPECT_TRUE(has_dot_segment("/v1" + before + first + second + semicolon + "a/admin"));
      }
    }
  }
}

TEST(DotSegments, AreNotWhatOnlyHoldsDots) {
  for (const char* path : {"/v1/",
                           "/v1/chat/completions",
                           "/v1/models/meta-llama%2FLlama-3",
                           "/v1/models/meta-llama%2fLlama-3.1%2F8B",
                           "/v1/models/a%252Fb",
                           "/v1/models/a%5Cb\\c",
                           "/v1/models/gpt-4.1",
                           "/v1/files/..hidden",
                           "/v1/files/hidden..",
                           "/v1/files/.hidden",
                           "/v1/files/...",
                           "/v1/files/a;..",
                           "/v1/files/.;a",
                           "/v1/files/...;a",
                           "/v1/files/%2e%2e%2e",
                           "/v1/files/..%20",
                           "/v1/files/..%2",
                           "/v1/files/..%",
                           "/v1/files/%..",
                           "/v1/files/%2..%2",
                           "/v1/files/..%zz/",
                           "/v1/files/%2%65.%2",
                           "/v1//x",
                           "/v1/a%2F%2Fb",
                           "*",
                           ""}) {
    EXPECT_FALSE(has_dot_segment(path)) << path;
  }
  for (const std::string& separator : separators)
    EXPECT_FALSE(has_dot_segment("/v1/models/meta" + separator + "llama")) << separator;
}

// However deep: each pass of a server undoes one.
TEST(DotSegments, AreFoundUnderAnyNumberOfCodings) {
  std::string dot = "%2e";
  for (int i = 0; i < 1000; ++i) {
    dot.replace(0, 1, "%25");
    ASSERT_TRUE(has_dot_segment("/v1/" + dot + "." + "/x"));
  }
}

// Codes that begin within one another are counted, so that they need no memory; nobody means them.
TEST(DotSegments, TooManyCodesWithinOneAnotherCountAsOne) {
  EXPECT_FALSE(has_dot_segment("/v1/" + std::string(32, '%') + "x"));
  EXPECT_TRUE(has_dot_segment("/v1/" + std::string(33, '%') + "x"));
}

TEST(DotSegments, AreThoseOfTheReference) {
  constexpr std::string_view alphabet = "./\\%25eEcCfF;3a";
  std::string path;
  const auto compare_all = [&](const auto& self, int more) -> void {
    ASSERT_EQ(has_dot_segment(path), fuzz::has_dot_segment_by_reference(path)) << path;
    if (more == 0) return;
    for (const char c : alphabet) {
      path += c;
      self(self, more - 1);
      path.pop_back();
    }
  };
  compare_all(compare_all, 5);

  const Texts tokens{".",         "%2e", "%2E", "%252e", "%25252E", "%25%32%65",
                     "/",         "\\",  "%2f", "%5C",   "%252F",   "%255c",
                     "%25%32%46", ";",   "%3b", "a",     "...",     "%25"};
  for (const std::string& a : tokens)
    for (const std::string& b : tokens)
      for (const std::string& c : tokens)
        for (const std::string& d : tokens) {
          const std::string joined = "/v1/" + a + b + c + d;
          ASSERT_EQ(has_dot_segment(joined), fuzz::has_dot_segment_by_reference(joined)) << joined;
        }
}

}  // namespace
}  // namespace llmgw::proxy
