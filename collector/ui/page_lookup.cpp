// SPDX-License-Identifier: MIT
// Paths, codings and tags.
#include <algorithm>
#include <array>

#include "collector/ui/page_files.hpp"
#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"

namespace llmgw::collector {
namespace {

// Each is a place in the address that the document reads by itself.
constexpr std::array<std::string_view, 3> views{"/latency", "/live", "/accounts"};

std::string_view take_item(std::string_view& list) noexcept {
  const std::size_t end = std::min(list.find(','), list.size());
  const std::string_view item = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return item;
}

// Whether what stands behind a coding refuses it: `;q=0`, `; q=0.000`.
bool is_refused(std::string_view parameters) noexcept {
  parameters = trim(parameters.substr(std::min<std::size_t>(1, parameters.size())));
  if (!starts_ignoring_case(parameters, "q=")) return false;
  return parameters.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

const PageFile* find_page_file(std::string_view path) noexcept {
  if (std::find(views.begin(), views.end(), path) != views.end()) path = "/";
  for (const PageFile& each : page_files())
    if (each.path == path) return &each;
  return nullptr;
}

bool takes_coding(std::string_view accepted, std::string_view coding) noexcept {
  while (!accepted.empty()) {
    const std::string_view item = take_item(accepted);
    const std::size_t end = std::min(item.find(';'), item.size());
    if (equals_ignoring_case(trim(item.substr(0, end)), coding))
      return !is_refused(item.substr(end));
  }
  return false;
}

PageCoding page_coding(std::string_view accepted) noexcept {
  if (takes_coding(accepted, "br")) return PageCoding::brotli;
  return takes_coding(accepted, "gzip") ? PageCoding::gzip : PageCoding::identity;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) noexcept {
  while (!if_none_match.empty()) {
    std::string_view item = take_item(if_none_match);
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == tag) return true;
  }
  return false;
}

}  // namespace llmgw::collector
