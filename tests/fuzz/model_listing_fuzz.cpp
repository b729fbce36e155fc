// SPDX-License-Identifier: MIT
// Lists of models from whoever: bounded, the same again, ids that can stand in a list of our own,
// and pages that end.
#include <algorithm>
#include <string>

#include "proxy/discovery/listing.hpp"
#include "proxy/provider/registry.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 256 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void check_page(const ModelListing& dialect, std::string_view body) {
  const auto page = dialect.read(body);
  const auto again = dialect.read(body);
  fuzz::require(page.has_value() == again.has_value());
  if (!page) return;
  fuzz::require(page->models == again->models && page->next == again->next);
  fuzz::require(page->models.size() <= ModelListing::most_models);
  for (const DiscoveredModel& each : page->models) {
    fuzz::require(is_id(each.id) && each.created.value_or(1) > 0);
    fuzz::require(each.facts.max_output.value_or(1) > 0);
  }
}

void check_pages(const ModelListing& dialect, std::string_view body) {
  Listing listing(dialect);
  std::size_t pages = 1;
  for (; listing.take(body) == Listing::Step::more; ++pages) {
    for (const char c : listing.target()) fuzz::require(c > ' ' && c < '\x7f');
    fuzz::require(pages < Listing::most_pages);
  }
  const auto list = listing.list();
  for (const DiscoveredModel& each : list->all()) {
    const ModelFacts facts = list->facts(each.id);
    fuzz::require(facts == each.facts);
  }
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const llmgw::proxy::Dialect* each : llmgw::proxy::dialects()) {
    llmgw::proxy::check_page(each->models, body);
    llmgw::proxy::check_pages(each->models, body);
  }
  return 0;
}
