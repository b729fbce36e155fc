// SPDX-License-Identifier: MIT
// Event streams by the letter of the standard, cut at each place, and at random against a plain
// reading.
#include "proxy/metering/sse_scanner.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {
namespace {

using Kind = SsePiece::Kind;
using Events = std::vector<std::string>;

// What a scan yields, put together again: `name:` and `data` of each event, and `data...` of an
// unfinished one. One that looks ahead finds the end of a line by itself where it can.
class Gathered {
 public:
  explicit Gathered(bool looks_ahead = false) : looks_ahead_(looks_ahead) {}

  void show(std::string_view piece) {
    while (!piece.empty()) {
      if (looks_ahead_ && take_ahead(piece)) continue;
      if (const auto found = scanner_.next(piece)) note(*found);
    }
  }

  Events finish() {
    if (const auto last = scanner_.finish()) note(*last);
    if (data_) events_.push_back(*data_ + "...");
    return events_;
  }

 private:
  bool take_ahead(std::string_view& piece) {
    const std::string_view ahead = scanner_.data_ahead(piece);
    if (ahead.empty()) return false;
    const std::string data(ahead.substr(0, ahead.find_first_of("\r\n")));
    const std::string_view before = piece;
    if (!scanner_.take_event(piece, ahead.data() + data.size())) {
      EXPECT_EQ(piece.data(), before.data());
      EXPECT_EQ(piece.size(), before.size());
      return false;
    }
    EXPECT_FALSE(data_);
    events_.push_back(data);
    return true;
  }

  void note(const SsePiece& piece) {
    const std::string text(piece.text);
    switch (piece.kind) {
      case Kind::whole_data:
        EXPECT_FALSE(data_);
        events_.push_back(text);
        break;
      case Kind::data: data_ = data_.value_or("") + text; break;
      case Kind::end:
        ASSERT_TRUE(data_);
        events_.push_back(*std::exchange(data_, std::nullopt));
        break;
      case Kind::name: events_.push_back(text + ":"); break;
    }
  }

  bool looks_ahead_;
  SseScanner scanner_;
  std::optional<std::string> data_;
  Events events_;
};

void expect_events(const std::string& stream, const Events& expected) {
  in_all_pieces(stream, [&](auto feed, const std::string& how) {
    for (const bool looks_ahead : {false, true}) {
      Gathered gathered(looks_ahead);
      feed([&](std::string_view piece) { gathered.show(piece); });
      EXPECT_EQ(gathered.finish(), expected) << testing::PrintToString(stream) << '\n'
                                             << how << (looks_ahead ? ", ahead" : "");
    }
  });
}

TEST(SseScanner, TakesEveryLineEnd) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    expect_events("data: a" + end + end + "data: b" + end + end, {"a", "b"});
    expect_events(
        end + end + "data:a" + end + ": x" + end + "data:b" + end + end + end + "data:c" + end,
        {"a\nb", "c..."});
    expect_events("event: e" + end + "data: a" + end + end, {"e:", "a"});
  }
  expect_events("data: a\r\n\ndata: b\n\r\ndata: c\n\rdata: d\r\r\ndata: e\r\n\rdata: f\r\r",
                {"a", "b", "c", "d", "e", "f"});
}

TEST(SseScanner, TakesNoLongNameForAShortOne) {
  std::string tail;
  for (int i = 0; i < 40; ++i) tail += '\x9d';  // continuation bytes: a cut drops them all
  expect_events("error\x0e" + tail + "\ndata\x0e" + tail + ": x\ndata: y\n\n", {"y"});
}

TEST(SseScanner, TakesFieldsAsTheStandardSays) {
  const std::pair<std::string, Events> cases[] = {
      {"data:x\n\ndata: x\n\ndata:  x\n\ndata:\tx\n\n", {"x", "x", " x", "\tx"}},
      {"data:{\"a\":\ndata: 1}\n\n", {"{\"a\":\n1}"}},
      {"data\n\ndata\ndata\n\ndata:\n\ndata: \n\n", {"", "\n", "", ""}},
      {"data:a\ndata\ndata:b\n\n", {"a\n\nb"}},
      {": comment\n\n:\n\n:data: no\ndata: a\n: between\n\n", {"a"}},
      {"id: 7\nretry: 10\ndata: a\nid: 8\n\n", {"a"}},
      {"dat: x\ndatax: y\n data: z\nDATA: q\ndata : r\n\n", {}},
      {"event: a\n\nevent:b\nevent:  c\nevent:\nevent\ndata: d\n\n", {"a:", "b:", " c:", "d"}},
      {"event: a", {"a:"}},
      {"event: ", {}},
      {"even", {}},
      {"data: a\n\ndata: [DONE]\n\n", {"a", "[DONE]"}},
      {"data: last", {"last..."}},
      {"data: last\n", {"last..."}},
      {"data: a\n\nid: 1\n\n", {"a"}},
      {"data: : a: b\n\n", {": a: b"}},
      {"error: {\"code\":1}\n\ndata: a\n\n", {"error:", "a"}},
      {"", {}},
      {"\n", {}},
  };
  for (const auto& [stream, expected] : cases) expect_events(stream, expected);
}

TEST(SseScanner, DropsOneByteOrderMark) {
  expect_events(
      "\xef\xbb\xbf"
      "data: a\n\n",
      {"a"});
  expect_events(
      "\xef\xbb\xbf\xef\xbb\xbf"
      "data: a\n\ndata: b\n\n",
      {"b"});
  expect_events(
      "\xef\xbb"
      "data: a\n\ndata: b\n\n",
      {"b"});
  expect_events(
      "data: a\n\n\xef\xbb\xbf"
      "data: b\n\n",
      {"a"});
}

TEST(SseScanner, CutsALongName) {
  expect_events("event: " + std::string(100, 'n') + "\n\n",
                {std::string(max_event_name, 'n') + ":"});
  expect_events(std::string(100, 'f') + ": x\ndata: a\n\n", {"a"});
}

TEST(SseScanner, GivesAWholeEventWithoutCopying) {
  const std::string stream = "event: x\r\ndata: {\"a\":1}\r\n\r\ndata:2\n\n: c\n\ndata: 3\n\n";
  SseScanner scanner;
  std::string_view rest = stream;
  std::vector<std::size_t> places;
  while (const auto piece = scanner.next(rest)) {
    if (piece->kind == Kind::name) continue;
    EXPECT_EQ(piece->kind, Kind::whole_data);
    places.push_back(static_cast<std::size_t>(piece->text.data() - stream.data()));
  }
  EXPECT_EQ(places,
            (std::vector<std::size_t>{stream.find('{'), stream.find('2'), stream.find('3')}));
}

TEST(SseScanner, LooksAheadWhereAnEventBeginsWithData) {
  const auto ahead_of = [](std::string_view before, std::string_view bytes) {
    SseScanner scanner;
    while (scanner.next(before)) continue;
    return scanner.data_ahead(bytes);
  };
  EXPECT_EQ(ahead_of("", "data: {\n\nx"), "{\n\nx");
  EXPECT_EQ(ahead_of("", "data:{"), "{");
  EXPECT_EQ(ahead_of("data: a\n\n", "data:  {"), " {");
  EXPECT_EQ(ahead_of("data: a\r\n\r", "\ndata: b"), "b");
  EXPECT_EQ(ahead_of("event: a\n", "data: b"), "b");
  EXPECT_EQ(ahead_of("\xef\xbb\xbf\n", "data: b"), "b");
  EXPECT_EQ(ahead_of("",
                     "\xef\xbb\xbf"
                     "data: b"),
            "b");
  const std::pair<std::string_view, std::string_view> none[] = {{"", ""},
                                                                {"", "data"},
                                                                {"", "data:"},
                                                                {"", "event: a\ndata: b"},
                                                                {"", "\ndata: a"},
                                                                {"d", "data: a"},
                                                                {"data: a\n", "data: b"},
                                                                {"\xef\xbb", "data: b"},
                                                                {"\n",
                                                                 "\xef\xbb\xbf"
                                                                 "data: b"}};
  for (const auto& [before, bytes] : none)
    EXPECT_EQ(ahead_of(before, bytes), "") << testing::PrintToString(before) << ' ' << bytes;
}

TEST(SseScanner, TakesAnEventOffThatEndsWhereItIsSaidTo) {
  const auto taken = [](std::string_view behind) {
    const std::string stream = "data: x" + std::string(behind);
    SseScanner scanner;
    std::string_view rest = stream;
    const std::string_view ahead = scanner.data_ahead(rest);
    if (!scanner.take_event(rest, ahead.data() + 1)) return std::string("no");
    const auto next = scanner.next(rest);
    return next ? std::string(next->text) : std::string("nothing");
  };
  for (const std::string_view end : {"\n\n", "\r\r", "\r\n\r\n", "\n\r\n", "\r\n\n"}) {
    EXPECT_EQ(taken(end), "nothing") << testing::PrintToString(end);
    EXPECT_EQ(taken(std::string(end) + "data: y\n\n"), "y") << testing::PrintToString(end);
  }
  for (const std::string_view end : {"", "\n", "\r", "\r\n", "x\n\n", "\nx\n\n", "\r\ndata: y\n\n"})
    EXPECT_EQ(taken(end), "no") << testing::PrintToString(end);
}

TEST(SseScanner, HoldsNothingOfALargeEvent) {
  const std::string line = "data: " + std::string(1 << 20, 'x');
  SseScanner scanner;
  std::size_t size = 0;
  for (std::string_view stream = line; !stream.empty();
       stream.remove_prefix(std::min<std::size_t>(1000, stream.size()))) {
    const Piece piece(stream.substr(0, 1000));
    std::string_view shown = piece.view();
    while (const auto found = scanner.next(shown)) {
      EXPECT_EQ(found->kind, Kind::data);
      size += found->text.size();
    }
  }
  EXPECT_EQ(size, std::size_t{1} << 20);
}

// The standard's own way: lines first, then fields, then events.
Events read_plainly(std::string_view stream) {
  Events events;
  std::optional<std::string> data;
  const auto read_line = [&](std::string_view line, bool is_complete) {
    if (line.empty()) {
      if (data) events.push_back(*std::exchange(data, std::nullopt));
      return;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (colon == line.size() && !is_complete) return;  // the name may have had more to it
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") data = (data ? *data + "\n" : "") + std::string(value);
    if (name == "event" && !value.empty())
      events.push_back(std::string(value.substr(0, max_event_name)) + ":");
  };
  while (!stream.empty()) {
    const std::size_t end = std::min(stream.find_first_of("\r\n"), stream.size());
    read_line(stream.substr(0, end), end < stream.size());
    const bool is_pair = stream.substr(end).starts_with("\r\n");
    stream.remove_prefix(std::min(end + (is_pair ? 2 : 1), stream.size()));
  }
  if (data) events.push_back(*data + "...");
  return events;
}

TEST(SseScanner, AgreesWithAPlainReading) {
  const char* const parts[] = {"data: ",    "data:",  "data", "event: ", "id: 1",      ":",
                               " ",         "\n",     "\r",   "\r\n",    "\n\n",       "x",
                               "{\"a\":1}", "[DONE]", "\n\n", "\r\n",    "data: y\n\n"};
  std::mt19937 random(20261123);
  for (int round = 0; round < 30000; ++round) {
    std::string stream;
    for (auto n = random() % 20; n > 0; --n) stream += parts[random() % std::size(parts)];
    // A last `event` line without its end is reported, unlike an empty or longer one; the plain way
    // agrees.
    Gathered gathered(random() % 2 == 0);
    for (std::string_view rest = stream; !rest.empty();) {
      const Piece piece(rest.substr(0, 1 + random() % 12));
      rest.remove_prefix(piece.view().size());
      gathered.show(piece.view());
    }
    ASSERT_EQ(gathered.finish(), read_plainly(stream)) << testing::PrintToString(stream);
  }
}

}  // namespace
}  // namespace llmgw::proxy
