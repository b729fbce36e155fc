// SPDX-License-Identifier: MIT
// Lists of several pages, those that never end among them.
#include "proxy/discovery/listing.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/anthropic/models.hpp"
#include "proxy/provider/openai/models.hpp"

namespace llmgw::proxy {
namespace {

using Step = Listing::Step;

std::string page(const std::string& ids, const std::string& last, bool has_more = true) {
  return R"({"data":[)" + ids + R"(],"has_more":)" + (has_more ? "true" : "false") +
         R"(,"last_id":")" + last + "\"}";
}
std::string id(const std::string& name) { return R"({"id":")" + name + "\"}"; }

std::vector<std::string> ids(Listing& listing) {
  std::vector<std::string> all;
  const auto list = listing.list();
  for (const DiscoveredModel& each : list->all()) all.push_back(each.id);
  return all;
}

TEST(DiscoveryListing, GoesFromPageToPage) {
  Listing listing(anthropic_models);
  EXPECT_EQ(listing.target(), "/v1/models?limit=1000");
  EXPECT_EQ(listing.take(page(id("b") + "," + id("a"), "a")), Step::more);
  EXPECT_EQ(listing.target(), "/v1/models?limit=1000&after_id=a");
  EXPECT_EQ(listing.take(page(id("c") + "," + id("a"), "c", false)), Step::whole);
  EXPECT_EQ(ids(listing), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(DiscoveryListing, OnePageIsAll) {
  Listing listing(openai_models);
  EXPECT_EQ(listing.take(R"({"data":[]})"), Step::whole);
  EXPECT_TRUE(ids(listing).empty());
}

TEST(DiscoveryListing, AFaultIsNoList) {
  Listing listing(anthropic_models);
  EXPECT_EQ(listing.take(page(id("a"), "a")), Step::more);
  EXPECT_EQ(listing.take("{}"), Step::fault);
}

TEST(DiscoveryListing, PagesThatGoInCirclesEnd) {
  Listing listing(anthropic_models);
  EXPECT_EQ(listing.take(page(id("a"), "a")), Step::more);
  EXPECT_EQ(listing.take(page(id("b"), "b")), Step::more);
  EXPECT_EQ(listing.take(page(id("a"), "a")), Step::whole);
  EXPECT_EQ(ids(listing), (std::vector<std::string>{"a", "b"}));
}

TEST(DiscoveryListing, PagesWithoutAnEndEnd) {
  Listing listing(anthropic_models);
  std::size_t pages = 1;
  for (; listing.take(page("", std::to_string(pages))) == Step::more; ++pages)
    ASSERT_LT(pages, 100u);
  EXPECT_EQ(pages, Listing::most_pages);
}

TEST(DiscoveryListing, MoreModelsThanAreKeptEnd) {
  Listing listing(anthropic_models);
  std::size_t pages = 0;
  Step step = Step::more;
  for (; step == Step::more; ++pages) {
    ASSERT_LT(pages, 10u);
    std::string many;
    for (int i = 0; i < 3'000; ++i)
      many += (i == 0 ? "" : ",") + id(std::to_string(pages) + "-" + std::to_string(i));
    step = listing.take(page(many, std::to_string(pages)));
  }
  EXPECT_EQ(pages, 2u);
  EXPECT_EQ(ids(listing).size(), ModelListing::most_models);
}

}  // namespace
}  // namespace llmgw::proxy
