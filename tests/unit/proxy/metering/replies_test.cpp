// SPDX-License-Identifier: MIT
// Every recorded form of an answer, whole and cut, plain and in each content coding: the same
// facts.
#include <gtest/gtest.h>

#include <random>

#include "proxy/metering/response_meter.hpp"
#include "proxy/provider/openai/usage_reader.hpp"
#include "tests/support/encode.hpp"
#include "tests/support/in_pieces.hpp"
#include "tests/unit/proxy/metering/replies.hpp"

namespace llmgw::proxy {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int random_splits = 50;  // a sanitizer wants different bytes, not many of them
#else
constexpr int random_splits = 1000;
#endif

std::string to_text(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : "-";
}

std::string facts_text(const ResponseFacts& facts) {
  std::string text;
  for (const auto& count : {facts.usage.prompt, facts.usage.completion, facts.usage.total,
                            facts.usage.cached, facts.usage.reasoning})
    text += to_text(count) + " ";
  return text + std::string(facts.model.view()) + " " + std::string(facts.finish_reason.view()) +
         (facts.error_event ? " failed " : " ") + to_text(facts.stream_chunks) + " " +
         to_text(facts.output_bytes);
}

// Known from one body to the next, as on a worker.
JsonPatterns& patterns() {
  static JsonPatterns all;
  return all;
}

class Metered {
 public:
  Metered(const Reply& reply, std::string_view coding) {
    meter_.begin(openai_usage_reader, patterns(), reply.content_type, coding, 1 << 20);
  }
  void show(std::string_view piece) { meter_.observe(Piece(piece).view()); }
  std::string facts() { return facts_text(meter_.finish()); }

 private:
  ResponseMeter meter_;
};

// Two to four pieces: where they are cut is what matters, and in a thousand runs any place is hit.
std::string metered_in_random_pieces(const Reply& reply, std::string_view coding,
                                     std::string_view body, std::mt19937& random) {
  Metered metered(reply, coding);
  std::vector<std::size_t> cuts{0, body.size()};
  for (std::size_t i = random() % 3 + 1; i > 0; --i) cuts.push_back(random() % (body.size() + 1));
  std::ranges::sort(cuts);
  for (std::size_t i = 1; i < cuts.size(); ++i)
    metered.show(body.substr(cuts[i - 1], cuts[i] - cuts[i - 1]));
  return metered.facts();
}

void expect_facts(const Reply& reply, std::string_view coding, std::string_view body) {
  Metered whole(reply, coding);
  whole.show(body);
  ASSERT_EQ(whole.facts(), reply.expected) << reply.file << ' ' << coding;
  Metered by_bytes(reply, coding);
  for (std::size_t i = 0; i < body.size(); ++i) by_bytes.show(body.substr(i, 1));
  ASSERT_EQ(by_bytes.facts(), reply.expected) << reply.file << ' ' << coding << " byte by byte";
  std::mt19937 random(body.size());
  for (int i = 0; i < random_splits; ++i)
    ASSERT_EQ(metered_in_random_pieces(reply, coding, body, random), reply.expected)
        << reply.file << ' ' << coding << " split " << i;
}

class Replies : public testing::TestWithParam<Reply> {};
INSTANTIATE_TEST_SUITE_P(Recorded, Replies, testing::ValuesIn(read_replies()),
                         [](const auto& each) {
                           std::string name = each.param.file;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST_P(Replies, SayTheSamePlainInAnyPieces) { expect_facts(GetParam(), "", GetParam().body); }

TEST_P(Replies, SayTheSameInEachCoding) {
  for (const Encoding each : every_encoding)
    expect_facts(GetParam(), token(each), encode(each, GetParam().body));
}

TEST_P(Replies, SayTheSameInEachCodingFlushedByLine) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = GetParam().body; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size() - 1) + 1;
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  for (const Encoding each : every_encoding) {
    const std::string body = encode(each, lines);
    Metered metered(GetParam(), token(each));
    metered.show(body);
    EXPECT_EQ(metered.facts(), GetParam().expected) << token(each);
  }
}

}  // namespace
}  // namespace llmgw::proxy
