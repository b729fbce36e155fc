// SPDX-License-Identifier: MIT
// What holds for all dialects.
#include "proxy/provider/registry.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmgw::proxy {
namespace {

TEST(Registry, HasEachAtItsNumberAndByItsName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < dialect_count; ++i) {
    const Dialect& each = *dialects()[i];
    EXPECT_EQ(each.number, i);
    EXPECT_EQ(find_dialect(each.name), &each);
    EXPECT_FALSE(each.credentials.field.empty());
    names.insert(each.name);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"anthropic", "azure", "gemini", "openai"}));
  EXPECT_EQ(find_dialect("Azure"), nullptr);
  EXPECT_EQ(find_dialect(""), nullptr);
  EXPECT_EQ(client_dialect().name, "openai");
}

}  // namespace
}  // namespace llmgw::proxy
