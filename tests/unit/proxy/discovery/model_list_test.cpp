// SPDX-License-Identifier: MIT
// Models by their names.
#include "proxy/discovery/model_list.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

DiscoveredModel model(std::string id, std::uint64_t most) {
  return {.id = std::move(id), .facts = {.max_output = most}};
}

TEST(DiscoveryModelList, IsSortedAndHasEachOnce) {
  const ModelList list({model("b", 1), model("a", 2), model("b", 3)});
  ASSERT_EQ(list.all().size(), 2u);
  EXPECT_EQ(list.all()[0].id, "a");
  EXPECT_EQ(list.facts("b").max_output, 1u);
  EXPECT_EQ(list.facts("c"), ModelFacts{});
  EXPECT_EQ(list.facts(""), ModelFacts{});
  EXPECT_EQ(ModelList({}).facts("a"), ModelFacts{});
}

TEST(DiscoveryModelList, OfManyWithOneIdTheFirstCounts) {
  std::vector<DiscoveredModel> models;
  for (std::uint64_t i = 0; i < 100; ++i) models.push_back(model(i % 2 == 0 ? "a" : "b", i + 1));
  const ModelList list(std::move(models));
  EXPECT_EQ(list.all().size(), 2u);
  EXPECT_EQ(list.facts("a").max_output, 1u);
  EXPECT_EQ(list.facts("b").max_output, 2u);
}

TEST(DiscoveryModelList, AliasIsTheLatestOfItsDates) {
  const ModelList list({model("c-4-5-20250929", 1), model("c-4-5-20251101", 2),
                        model("c-4-5-2025110", 3), model("c-4-5-x", 4), model("c-4-50", 5),
                        model("c-4-5-20251101-fast", 6), model("c-4-5:20251201", 7)});
  EXPECT_EQ(list.facts("c-4-5").max_output, 2u);
  EXPECT_EQ(list.facts("c-4-5-20250929").max_output, 1u);
  EXPECT_EQ(list.facts("c-4"), ModelFacts{});
  EXPECT_EQ(list.facts("c-4-5-"), ModelFacts{});
}

TEST(DiscoveryModelList, ByProvider) {
  const Discovered all{{"p", std::make_shared<const ModelList>(std::vector{model("a", 1)})}};
  EXPECT_EQ(facts_of(&all, "p", "a").max_output, 1u);
  EXPECT_EQ(facts_of(&all, "q", "a"), ModelFacts{});
  EXPECT_EQ(facts_of(nullptr, "p", "a"), ModelFacts{});
}

}  // namespace
}  // namespace llmgw::proxy
