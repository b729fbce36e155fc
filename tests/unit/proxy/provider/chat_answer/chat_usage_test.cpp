// SPDX-License-Identifier: MIT
// Usage in OpenAI's form: only what is known.
#include "proxy/provider/chat_answer/chat_usage.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llmgw::proxy::chat_answer {
namespace {

std::string text_of(const ChatUsage& usage) {
  std::string out = "x";
  append_usage(usage, out);
  return out.substr(1);
}

TEST(ChatUsage, HoldsWhatIsKnown) {
  EXPECT_EQ(text_of({}), "{}");
  EXPECT_TRUE(ChatUsage().is_empty());
  EXPECT_EQ(text_of({.cached = 0}), R"({"prompt_tokens_details":{"cached_tokens":0}})");
  EXPECT_EQ(text_of({.prompt = 1,
                     .completion = 2,
                     .total = 3,
                     .cached = 4,
                     .cache_write = 5,
                     .prompt_audio = 6,
                     .prompt_image = 7,
                     .reasoning = 8,
                     .completion_audio = 9,
                     .completion_image = 10}),
            R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,)"
            R"("prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":5,"audio_tokens":6,)"
            R"("image_tokens":7},"completion_tokens_details":{"reasoning_tokens":8,)"
            R"("audio_tokens":9,"image_tokens":10}})");
}

TEST(ChatUsage, SumsAreOfWhatIsKnown) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(sum({}, {}), Count());
  EXPECT_EQ(sum(1, {}), 1u);
  EXPECT_EQ(sum({}, 2), 2u);
  EXPECT_EQ(sum(1, 2), 3u);
  EXPECT_EQ(sum(most, most), most);
  EXPECT_EQ(sum(std::numeric_limits<std::uint64_t>::max(), 1), most);
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
