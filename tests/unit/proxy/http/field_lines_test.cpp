// SPDX-License-Identifier: MIT
// Field lines on their way into another head: whatever is left out, and whatever stands between,
// what leaves is what each line by itself would have been.
#include "proxy/http/field_lines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::http {
namespace {

// Plain lines beside those that are written anew: without a value, with a tab, more blanks or none.
constexpr std::string_view head_text =
    "HTTP/1.1 200 OK\r\n"
    "A: 1\r\nB: two words\r\nC:3\r\nD:  4\r\nE: 5 \r\nF:\t6\r\nG:\r\nH: \r\nI: 7\r\nJ: "
    "\x80\r\n\r\n";

ResponseHead parsed() {
  static FieldStorage storage;
  return parse_response_head(head_text, storage, false).value();
}

std::string written(const Field& field) {
  return std::string(field.name) + ": " + std::string(field.value) + "\r\n";
}

TEST(FieldLines, KnowsPlainLines) {
  std::string plain;
  for (const Field& each : parsed().fields)
    if (each.is_plain_line) plain += each.name;
  EXPECT_EQ(plain, "ABIJ");
}

TEST(FieldLines, PassAnySetOfLines) {
  const ResponseHead head = parsed();
  for (unsigned set = 0; set < 1U << head.fields.size(); ++set) {
    std::string out = "begin\r\n";
    std::string expected = out;
    FieldLines lines(out);
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      lines.pass(head.fields[i]);
      expected += written(head.fields[i]);
    }
    lines.flush();
    ASSERT_EQ(out, expected) << set;
  }
}

TEST(FieldLines, KeepTheOrderOfWhatIsPutBetween) {
  const ResponseHead head = parsed();
  for (std::size_t between = 0; between <= head.fields.size(); ++between) {
    std::string out;
    std::string expected;
    FieldLines lines(out);
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
      if (i == between) {
        append_field(lines.out(), "X", "y");
        expected += "X: y\r\n";
      }
      lines.pass(head.fields[i]);
      expected += written(head.fields[i]);
    }
    EXPECT_EQ(lines.out(), expected) << between;
  }
}

TEST(FieldLines, PassTheSameLineTwice) {
  const ResponseHead head = parsed();
  std::string out;
  FieldLines lines(out);
  for (const int i : {1, 0, 0, 1}) lines.pass(head.fields[static_cast<std::size_t>(i)]);
  lines.flush();
  EXPECT_EQ(out, "B: two words\r\nA: 1\r\nA: 1\r\nB: two words\r\n");
}

TEST(FieldLines, PassFieldsThatWereNeverParsed) {
  std::string out;
  FieldLines lines(out);
  const Field fields[] = {{"Content-Type", "text/plain"}, {"Cache-Control", "no-cache"}};
  for (const Field& each : fields) lines.pass(each);
  lines.flush();
  EXPECT_EQ(out, "Content-Type: text/plain\r\nCache-Control: no-cache\r\n");
}

}  // namespace
}  // namespace llmgw::http
