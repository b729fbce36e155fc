// SPDX-License-Identifier: MIT
// Events are whole, whatever pieces they come in, and bounded.
#include "proxy/provider/chat_answer/event_assembly.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

using Found = EventAssembly::Found;

struct Gathered {
  std::vector<std::string> events = {};
  std::string rest = {};
  bool is_too_large = false;

  bool operator==(const Gathered&) const = default;
};

class Gathering {
 public:
  explicit Gathering(std::size_t most) : assembly_(most) {}

  void show(std::string_view piece) {
    std::string_view data;
    while (!gathered_.is_too_large) {
      const Found found = assembly_.next(piece, data);
      if (found == Found::nothing) return;
      gathered_.is_too_large = found == Found::too_large;
      if (found == Found::event) gathered_.events.emplace_back(data);
    }
  }
  Gathered finish() {
    if (!gathered_.is_too_large) gathered_.rest = assembly_.rest();
    return gathered_;
  }

 private:
  EventAssembly assembly_;
  Gathered gathered_;
};

void expect_gathered(const std::string& stream, const Gathered& expected, std::size_t most = 100) {
  in_all_pieces(stream, [&](auto feed, const std::string& how) {
    Gathering gathering(most);
    feed([&](std::string_view piece) { gathering.show(piece); });
    EXPECT_EQ(gathering.finish(), expected) << how << " of " << stream;
  });
}

TEST(EventAssembly, LineEndsOfAllKinds) {
  expect_gathered("data: a\n\ndata: b\n\n", {{"a", "b"}});
  expect_gathered("data: a\r\n\r\ndata: b\r\n\r\n", {{"a", "b"}});
  expect_gathered("data: a\r\rdata: b\r\r", {{"a", "b"}});
  expect_gathered("data: a\r\n\ndata: b\n\r\n", {{"a", "b"}});
}

TEST(EventAssembly, LinesOfDataAreJoined) {
  expect_gathered("data: {\ndata:  \"a\":1\ndata:}\n\n", {{"{\n \"a\":1\n}"}});
  expect_gathered("data\ndata\n\n", {{"\n"}});
}

TEST(EventAssembly, OtherFieldsAndCommentsAreSkipped) {
  expect_gathered(
      "\xef\xbb\xbf: hello\n\nevent: x\ndata: a\nid: 7\nretry: 1\n: more\nodd\n\nevent: y\n\n",
      {{"a"}});
}

TEST(EventAssembly, RestIsWhatLacksItsEnd) {
  expect_gathered("data: a\n\ndata: b", {{"a"}, "b"});
  expect_gathered("data: a\n\ndata: b\n", {{"a"}, "b"});
  expect_gathered("data: a\n\n", {{"a"}});
  expect_gathered("data: a\n\nevent: b", {{"a"}});
}

TEST(EventAssembly, IsBounded) {
  const std::string fits = "data: " + std::string(100, 'x') + "\n\n";
  const std::string over = "data: " + std::string(101, 'x') + "\n\n";
  const std::string lines = "data: " + std::string(50, 'x') + "\ndata: " + std::string(50, 'x');
  expect_gathered(fits + fits, {{std::string(100, 'x'), std::string(100, 'x')}});
  expect_gathered(fits + over + fits, {.events = {std::string(100, 'x')}, .is_too_large = true});
  expect_gathered(lines, {.is_too_large = true});
  expect_gathered(": " + std::string(500, 'x') + "\nevent: " + std::string(500, 'x') + "\n\n", {});
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
