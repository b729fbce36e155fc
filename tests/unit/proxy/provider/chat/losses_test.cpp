// SPDX-License-Identifier: MIT
// What cannot be carried: named once, refused together.
#include "proxy/provider/chat/losses.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy::chat {
namespace {

TEST(ChatLosses, NamesEachOnceInOrder) {
  const TranslationTarget target{.model = "m", .provider = "p"};
  Losses losses(target);
  losses.drop("b");
  losses.drop("a");
  losses.drop("b");
  losses.drop_unknown("x.", R"(\u0061 b)");
  EXPECT_FALSE(losses.is_refused());
  EXPECT_EQ(losses.take_dropped(), (std::vector<std::string>{"b", "a", "x.a_b"}));
}

TEST(ChatLosses, RefusalsAreTakenTogether) {
  const TranslationTarget target{.model = "m", .provider = "p"};
  Losses losses(target);
  losses.refuse_value("one");
  losses.refuse("two");
  losses.refuse("two");
  ASSERT_TRUE(losses.is_refused() && !losses.is_rejected());
  const TranslationRefusal refusal = losses.refusal();
  EXPECT_EQ(refusal.code, "unsupported_value");
  EXPECT_EQ(refusal.param, "one");
  EXPECT_EQ(refusal.message,
            "The provider 'p' cannot honour 'one', 'two'. Remove them, or set on_unsupported: drop "
            "for this route.");
}

TEST(ChatLosses, WhereItIsSoSetTheyAreNamed) {
  const TranslationTarget target{.model = "m", .provider = "p", .drops_unsupported = true};
  Losses losses(target);
  losses.refuse("one");
  losses.refuse_value("two");
  EXPECT_FALSE(losses.is_refused());
  EXPECT_EQ(losses.take_dropped(), (std::vector<std::string>{"one", "two"}));
}

TEST(ChatLosses, TheFirstRejectionGoesFirst) {
  const TranslationTarget target{.model = "m", .provider = "p", .drops_unsupported = true};
  Losses losses(target);
  losses.refuse("one");
  EXPECT_FALSE(losses.reject("a[0]", "has to be an object"));
  losses.reject("b", "is late");
  EXPECT_EQ(losses.refusal().code, "invalid_value");
  EXPECT_EQ(losses.refusal().param, "a[0]");
  EXPECT_EQ(losses.refusal().message, "'a[0]' has to be an object.");
}

}  // namespace
}  // namespace llmgw::proxy::chat
