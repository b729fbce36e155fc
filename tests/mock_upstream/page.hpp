// SPDX-License-Identifier: MIT
// PURE: which part of a list a request asks for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace llmgw::mock {

struct PageWish {
  std::size_t most = 0;  ///< 0: all
  std::string after;     ///< the last one of the page before; empty: from the first on
};

/// The page, and whether more follows. Names that are none of the list's begin it anew.
struct Page {
  std::span<const char* const> names;
  bool has_more;
};
inline Page page_of(std::span<const char* const> all, const PageWish& wish) {
  const auto last = std::find(all.begin(), all.end(), wish.after);
  const auto begin = last == all.end() ? 0 : last - all.begin() + 1;
  const auto rest = all.subspan(static_cast<std::size_t>(begin));
  if (wish.most == 0 || rest.size() <= wish.most) return {rest, false};
  return {rest.first(wish.most), true};
}

}  // namespace llmgw::mock
