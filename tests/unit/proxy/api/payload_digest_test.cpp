// SPDX-License-Identifier: MIT
// The digests are HMAC-SHA256 by its published test vectors, however a body is cut.
#include "proxy/api/payload_digest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

TEST(PayloadDigest, IsHmacSha256) {
  // RFC 4231, test cases 2 and 1.
  const DigestKey jefe("Jefe");
  for (std::size_t cut = 0; cut <= 28; ++cut) {
    const std::string text = "what do ya want for nothing?";
    PayloadDigest digest(&jefe);
    digest.update(std::string_view(text).substr(0, cut));
    digest.update(std::string_view(text).substr(cut));
    EXPECT_EQ(digest.finish().view(),
              "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
  const DigestKey binary(std::string(20, '\x0b'));
  PayloadDigest digest(&binary);
  digest.update("Hi There");
  EXPECT_EQ(digest.finish().view(),
            "hmac-sha256:b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(PayloadDigest, OfNothingIsOneToo) {
  const DigestKey key("0123456789abcdef");
  EXPECT_EQ(PayloadDigest(&key).finish().size(), 76u);
  EXPECT_NE(
      PayloadDigest(&key).finish().view(),
      PayloadDigest(std::make_unique<DigestKey>("another key of its own").get()).finish().view());
}

TEST(PayloadDigest, WithoutAKeyIsNone) {
  PayloadDigest digest(nullptr);
  digest.update("x");
  EXPECT_TRUE(digest.finish().empty());
}

}  // namespace
}  // namespace llmgw::proxy
