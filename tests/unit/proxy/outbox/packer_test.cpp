// SPDX-License-Identifier: MIT
// Packing and unpacking, and that no damage passes.
#include "proxy/outbox/packer.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

std::string event_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += R"({"request_id":"req_)" + std::to_string(i * 7919) +
             R"(","tenant":"demo","provider":"openai","model":"gpt-4o-mini-2024-07-18"})" + "\n";
  return lines;
}

TEST(Packer, GivesBackWhatItWasGiven) {
  Packer packer;
  for (const int count : {0, 1, 2, 100, 5000}) {
    const std::string lines = event_lines(count);
    const std::string packed(packer.pack(lines));
    EXPECT_EQ(Packer::size_of(packed, lines.size()).value(), lines.size());
    EXPECT_EQ(packer.unpack(packed, lines.size()).value(), lines);
    EXPECT_LT(packed.size(), lines.size() / (count < 100 ? 1 : 4) + 64);
  }
}

TEST(Packer, NoticesEveryFlippedBitAndEveryCut) {
  Packer packer;
  const std::string lines = event_lines(3);
  const std::string packed(packer.pack(lines));
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto size = Packer::size_of(damaged, 1 << 20);
    const auto unpacked = size ? packer.unpack(damaged, *size) : Result<std::string_view>(errc::ok);
    // The one bit that says nothing of the content is allowed to differ.
    EXPECT_TRUE(unpacked.has_error() || *unpacked == lines) << bit;
  }
  for (std::size_t cut = 0; cut < packed.size(); ++cut) {
    EXPECT_TRUE(packer.unpack(std::string_view(packed).substr(0, cut), lines.size()).has_error());
  }
}

TEST(Packer, RefusesWhatIsTooLarge) {
  Packer packer;
  const std::string packed(packer.pack(event_lines(100)));
  EXPECT_EQ(Packer::size_of(packed, 100).error(), errc::malformed_message);
  EXPECT_EQ(Packer::size_of("no frame", 1 << 20).error(), errc::malformed_message);
  EXPECT_EQ(Packer::size_of("", 1 << 20).error(), errc::malformed_message);
}

}  // namespace
}  // namespace llmgw::proxy
