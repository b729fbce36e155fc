// SPDX-License-Identifier: MIT
// Slices of the body; what is kept of it is copied.
#include "proxy/provider/model_listing.hpp"

#include <algorithm>

#include "common/json/scalar.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_cursor = 1'024;
constexpr std::int64_t highest_limit = 1'000'000'000;

bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

}  // namespace

std::optional<ModelPage> read_models(std::string_view body, std::string_view list, ReadModel read) {
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  if (!chat::is_json(body)) return std::nullopt;
  const std::string_view all = chat::member_of(body, list);
  if (!chat::is_kind(all, JsonKind::array)) return std::nullopt;
  ModelPage page;
  chat::JsonElements elements(all);
  for (std::string_view each; elements.next(each);) {
    if (page.models.size() == ModelListing::most_models) break;
    DiscoveredModel model;
    if (read(each, model)) page.models.push_back(std::move(model));
  }
  return page;
}

bool read_model_id(std::string_view value, std::string& id) {
  const auto inside = chat::inside_of(value);
  if (!inside || inside->size() > longest_id) return false;
  id = chat::decoded(*inside);
  return !id.empty() && std::all_of(id.begin(), id.end(), is_visible);
}

std::string read_cursor(std::string_view value) {
  const auto inside = chat::inside_of(value);
  return inside && inside->size() <= longest_cursor ? chat::decoded(*inside) : std::string();
}

std::optional<std::uint64_t> read_limit(std::string_view value) {
  const auto count = parse_count(value);
  if (!count || *count == 0 || *count > highest_limit) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

std::optional<bool> read_fact(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

}  // namespace llmgw::proxy
