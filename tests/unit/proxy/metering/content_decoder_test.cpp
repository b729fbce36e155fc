// SPDX-License-Identifier: MIT
// Content codings cut anywhere, listed, broken, and made to do harm.
#include "proxy/metering/content_decoder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/encode.hpp"
#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {
namespace {

std::string text_of(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size() * 7919) + ',';
  text.resize(size);
  return text;
}

std::string noise_of(std::size_t size) {
  std::mt19937 random(7);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

struct Decoded {
  std::string content;
  bool is_sound = true;
  std::size_t longest = 0;
};

class Decoding {
 public:
  explicit Decoding(std::string_view codings, std::size_t memory = DecoderMemory::most_of_response)
      : decoder_(parse_codings(codings).value(), memory) {}

  void show(std::string_view piece) {
    if (!decoded_.is_sound) return;
    decoded_.is_sound = decoder_.decode(
        piece,
        [](void* to, std::string_view content) {
          auto& decoded = *static_cast<Decoded*>(to);
          decoded.content += content;
          decoded.longest = std::max(decoded.longest, content.size());
          return true;
        },
        &decoded_);
  }
  const Decoded& decoded() const { return decoded_; }

 private:
  ContentDecoder decoder_;
  Decoded decoded_;
};

Decoded decode(std::string_view codings, std::string_view body) {
  Decoding decoding(codings);
  decoding.show(body);
  return decoding.decoded();
}

TEST(ContentDecoder, DecodesEachCodingCutAnywhere) {
  for (const Encoding each : every_encoding) {
    for (const std::size_t size : {0U, 1U, 2U, 700U}) {
      const std::string text = text_of(size);
      in_all_pieces(encode(each, text), [&](auto feed, const std::string& how) {
        Decoding decoding(token(each));
        feed([&](std::string_view piece) { decoding.show(piece); });
        EXPECT_TRUE(decoding.decoded().is_sound) << token(each) << ' ' << how;
        EXPECT_EQ(decoding.decoded().content, text) << token(each) << ' ' << how;
      });
    }
  }
}

TEST(ContentDecoder, DecodesWhatIsLongerThanItsBuffer) {
  for (const Encoding each : every_encoding) {
    for (const std::string& content : {text_of(300'000), noise_of(300'000),
                                       std::string(16 * 1024, 'x'), std::string(3 << 20, 'x')}) {
      const Decoded decoded = decode(token(each), encode(each, content));
      EXPECT_TRUE(decoded.is_sound) << token(each);
      EXPECT_TRUE(decoded.content == content) << token(each);
      EXPECT_LE(decoded.longest, 16U * 1024);
    }
  }
}

TEST(ContentDecoder, GivesEachFlushedPartAtOnce) {
  const std::vector<std::string_view> parts{"data: one\n\n", "data: two\n\n", ""};
  for (const Encoding each : every_encoding) {
    const std::string body = encode(each, parts);
    std::size_t size = 0;
    Decoding decoding(token(each));
    while (decoding.decoded().content.size() < parts[0].size())
      decoding.show(std::string_view(body).substr(size++, 1));
    EXPECT_LE(size, encode(each, parts[0]).size() + 8) << token(each);
  }
}

TEST(ContentDecoder, TakesSeveralCodingsOffInTurn) {
  const std::string text = text_of(50'000);
  const std::string twice = encode(Encoding::br, encode(Encoding::gzip, text));
  EXPECT_EQ(decode("gzip, br", twice).content, text);
  EXPECT_EQ(decode(" GZIP ,identity,, Br", twice).content, text);
  EXPECT_FALSE(decode("br, gzip", twice).is_sound);
  const std::string thrice = encode(Encoding::zstd, twice);
  EXPECT_EQ(decode("x-gzip,br,zstd", thrice).content, text);
}

TEST(ContentDecoder, ReadsMembersAndFramesAsOneContent) {
  for (const Encoding each : {Encoding::gzip, Encoding::zstd}) {
    in_all_pieces(encode(each, "one,") + encode(each, "two"),
                  [&](auto feed, const std::string& how) {
                    Decoding decoding(token(each));
                    feed([&](std::string_view piece) { decoding.show(piece); });
                    EXPECT_EQ(decoding.decoded().content, "one,two") << token(each) << how;
                  });
  }
  // What lies behind the end is not looked at, as in browsers.
  for (const Encoding each :
       {Encoding::gzip, Encoding::zlib, Encoding::bare_deflate, Encoding::br}) {
    const Decoded decoded = decode(token(each), encode(each, "one") + std::string(9, '\0'));
    EXPECT_TRUE(decoded.is_sound) << token(each);
    EXPECT_EQ(decoded.content, "one") << token(each);
  }
}

TEST(ContentDecoder, GivesWhatThereIsOfACutBody) {
  const std::string text = text_of(60'000);
  for (const Encoding each : every_encoding) {
    const std::string body = encode(each, text);
    const Decoded decoded = decode(token(each), std::string_view(body).substr(0, body.size() / 2));
    EXPECT_TRUE(decoded.is_sound) << token(each);
    EXPECT_TRUE(text.starts_with(decoded.content)) << token(each);
  }
}

TEST(ContentDecoder, RefusesWhatIsNotOfTheCoding) {
  const std::string text = text_of(5'000);
  for (const Encoding each : every_encoding) {
    EXPECT_FALSE(decode(token(each), "{\"usage\":{\"prompt_tokens\":1}}").is_sound) << token(each);
    const std::string body = encode(each, text);
    for (std::size_t at = 0; at < body.size(); at += 97) {
      std::string broken = body;
      broken[at] = static_cast<char>(broken[at] ^ 0x55);
      decode(token(each), broken);  // no more is promised than a bounded end
    }
  }
}

TEST(ContentDecoder, EndsABomb) {
  const std::string bomb(64U << 20, '\0');
  for (const Encoding each : every_encoding) {
    const std::string body = encode(each, bomb);
    const Decoded decoded = decode(token(each), body);
    EXPECT_FALSE(decoded.is_sound) << token(each);
    EXPECT_LE(decoded.content.size(),
              ContentDecoder::free_growth + ContentDecoder::most_growth * body.size());
  }
  // Work counts in each stage: a bomb within a coding that makes it small again is one, too.
  const std::string twice = encode(Encoding::gzip, encode(Encoding::gzip, bomb));
  EXPECT_FALSE(decode("gzip, gzip", twice).is_sound);
}

TEST(ContentDecoder, HoldsBoundedMemory) {
  const std::string body = encode(Encoding::zstd, text_of(100'000));
  const std::size_t before = DecoderMemory::used_of_thread();
  {
    Decoding decoding("zstd");
    decoding.show(body);
    EXPECT_GT(DecoderMemory::used_of_thread(), before);
    EXPECT_LE(DecoderMemory::used_of_thread() - before, DecoderMemory::most_of_response);
  }
  EXPECT_EQ(DecoderMemory::used_of_thread(), before);
  for (const Encoding each : every_encoding) {
    std::size_t enough = 0;
    for (std::size_t memory = 0; enough == 0; memory = memory * 2 + 1024) {
      Decoding decoding(token(each), memory);
      decoding.show(encode(each, text_of(1000)));
      if (decoding.decoded().is_sound) enough = memory + 1;
    }
    EXPECT_EQ(DecoderMemory::used_of_thread(), before);
  }
}

TEST(ContentDecoder, BoundsTheMemoryOfAThread) {
  DecoderMemory first(SIZE_MAX);
  DecoderMemory second(SIZE_MAX);
  void* const most = first.allocate(DecoderMemory::most_of_thread);
  ASSERT_NE(most, nullptr);
  EXPECT_EQ(second.allocate(1), nullptr);
  first.free(most);
  void* const little = second.allocate(1);
  EXPECT_NE(little, nullptr);
  second.free(little);
  second.free(nullptr);
  EXPECT_EQ(DecoderMemory::used_of_thread(), 0U);
}

TEST(ContentDecoder, WholeBodiesUpToABound) {
  const std::string text = text_of(10'000);
  const CodingList codings = parse_codings("gzip").value();
  const std::string coded = encode(Encoding::gzip, text);
  std::string content;
  EXPECT_TRUE(decode_whole(codings, coded, text.size(), content));
  EXPECT_EQ(content, text);
  content.clear();
  EXPECT_FALSE(decode_whole(codings, coded, text.size() - 1, content));
  EXPECT_EQ(content, text.substr(0, text.size() - 1));
  content.clear();
  EXPECT_FALSE(decode_whole(codings, "no gzip at all", 100, content));
  content.clear();
  const std::string bomb = encode(Encoding::gzip, std::string(std::size_t{64} << 20, '\0'));
  EXPECT_FALSE(decode_whole(codings, bomb, std::size_t{1} << 30, content));
  EXPECT_LT(content.size(), std::size_t{16} << 20);
}

}  // namespace
}  // namespace llmgw::proxy
