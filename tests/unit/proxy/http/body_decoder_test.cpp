// SPDX-License-Identifier: MIT
// The body decoder: framing forms at every split, and what it refuses.
#include "proxy/http/body_decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgw::http {
namespace {

using Kind = BodyDecoder::Kind;

struct Decoded {
  std::string payload;
  std::string all;  // payload and framing as they would be passed on
  Kind last = Kind::need_more;
  std::string rest;
};

// Feeds the parts one after the other, as reads would.
Decoded decode(Framing framing, const std::vector<std::string>& parts) {
  BodyDecoder decoder(framing);
  Decoded out;
  for (const std::string& part : parts) {
    std::string_view input = part;
    if (out.last == Kind::end) {
      out.rest += part;
      continue;
    }
    for (;;) {
      const auto piece = decoder.next(input);
      out.last = piece.kind;
      if (piece.kind == Kind::payload) out.payload += piece.bytes;
      if (piece.kind == Kind::payload || piece.kind == Kind::framing) out.all += piece.bytes;
      if (piece.kind == Kind::fault) return out;
      if (piece.kind == Kind::end) out.rest += input;
      if (piece.kind == Kind::end || piece.kind == Kind::need_more) break;
    }
  }
  EXPECT_EQ(decoder.payload_bytes(), out.payload.size());
  return out;
}

constexpr Framing chunked{Framing::Kind::chunked, 0};

void expect_at_every_split(Framing framing, const std::string& text, const std::string& payload,
                           const std::string& passed_on, const std::string& rest) {
  std::vector<std::vector<std::string>> ways{{text}};
  for (std::size_t at = 1; at < text.size(); ++at)
    ways.push_back({text.substr(0, at), text.substr(at)});
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  ways.push_back(bytes);
  for (const auto& parts : ways) {
    const Decoded out = decode(framing, parts);
    EXPECT_EQ(out.last, Kind::end) << parts.front();
    EXPECT_EQ(out.payload, payload);
    EXPECT_EQ(out.all, passed_on);
    EXPECT_EQ(out.rest, rest);
  }
}

TEST(BodyDecoder, None) { expect_at_every_split({}, "GET next", "", "", "GET next"); }

TEST(BodyDecoder, Length) {
  expect_at_every_split({Framing::Kind::length, 5}, "helloGET", "hello", "hello", "GET");
}

TEST(BodyDecoder, LengthZeroIsCompleteAtOnce) {
  EXPECT_TRUE(BodyDecoder({Framing::Kind::length, 0}).is_complete());
}

TEST(BodyDecoder, UntilCloseEndsWithTheConnection) {
  BodyDecoder decoder({Framing::Kind::until_close, 0});
  std::string_view input = "abc";
  EXPECT_EQ(decoder.next(input).bytes, "abc");
  EXPECT_FALSE(decoder.is_complete());
  EXPECT_TRUE(decoder.finish_at_close());
  EXPECT_FALSE(BodyDecoder({Framing::Kind::length, 3}).finish_at_close());
  EXPECT_FALSE(BodyDecoder(chunked).finish_at_close());
}

TEST(BodyDecoder, ChunkedPassesThroughUnchanged) {
  const std::string text = "5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n";
  expect_at_every_split(chunked, text + "NEXT", "hello0123456789",
                        "5\r\nhello\r\n" + std::string("a\r\n0123456789\r\n0\r\n\r\n"), "NEXT");
}

TEST(BodyDecoder, ExtensionsAndOddSizesBecomePlain) {
  expect_at_every_split(chunked, "005;a=\"b\";c\r\nhello\r\n1 ; x\r\n!\r\n000\r\n\r\n", "hello!",
                        "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "");
}

TEST(BodyDecoder, TrailersAreKeptButForFramingAndRouting) {
  expect_at_every_split(chunked,
                        "1\r\na\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nx-b:2\r\nHost: h\r\n\r\n",
                        "a", "1\r\na\r\n0\r\nX-Sum: 1\r\nx-b: 2\r\n\r\n", "");
}

TEST(BodyDecoder, RefusesBrokenChunks) {
  const std::vector<std::string> broken = {"\r\n",
                                           "x\r\n",
                                           "-1\r\n",
                                           "+1\r\n",
                                           "0x1\r\na\r\n",
                                           " 1\r\na\r\n",
                                           "1\na\r\n",
                                           "1\r\nab\r\n",
                                           "1\r\na\n",
                                           "1\r\na\rb",
                                           "1 2\r\n",
                                           "1;a\x01\r\n",
                                           "1;a\rb\r\n",
                                           "FFFFFFFFFFFFFFFF\r\n",
                                           "1000000000000000\r\n",
                                           "0\r\nX\r\n\r\n",
                                           "0\r\n X: a\r\n\r\n",
                                           "0\r\nX: a\n\r\n",
                                           "1g\r\n",
                                           "0\r\nX : a\r\n\r\n",
                                           "1;" + std::string(5000, 'a') + "\r\n",
                                           std::string(5000, '0'),
                                           "0\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n"};
  for (const std::string& text : broken) {
    EXPECT_EQ(decode(chunked, {text}).last, Kind::fault) << text.substr(0, 40);
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    EXPECT_EQ(decode(chunked, bytes).last, Kind::fault) << text.substr(0, 40);
  }
}

TEST(BodyDecoder, BoundsExtensionsOfManySmallChunks) {
  const auto chunks = [](std::size_t count, std::size_t extension) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
      text += "1;" + std::string(extension, 'x') + "\r\na\r\n";
    return text + "0\r\n\r\n";
  };
  EXPECT_EQ(decode(chunked, {chunks(10'000, 10)}).last, Kind::end);  // as signatures would be
  EXPECT_EQ(decode(chunked, {chunks(4, 4000)}).last, Kind::end);
  EXPECT_EQ(decode(chunked, {chunks(5, 4000)}).last, Kind::fault);
  EXPECT_EQ(decode(chunked, {chunks(200, 100)}).last, Kind::fault);
}

TEST(BodyDecoder, BoundsTheTrailerSection) {
  std::string text = "0\r\n";
  for (int i = 0; i < 600; ++i) text += "X-Filler: 0123456789012345678901234567890\r\n";
  EXPECT_EQ(decode(chunked, {text + "\r\n"}).last, Kind::fault);
}

}  // namespace
}  // namespace llmgw::http
