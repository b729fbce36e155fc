// SPDX-License-Identifier: MIT
// A list in the order of use.
#include "proxy/metering/json_patterns.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace llmgw::proxy {

const JsonPattern* JsonPatterns::match(std::string_view document, const JsonKey& root) noexcept {
  if (document.size() > most_bytes) return nullptr;
  if (++documents_ == documents_a_lesson) {
    documents_ = 0;
    lessons_ = std::min(lessons_ + 1, most_lessons);
  }
  if (credit_ == 0 && documents_ % documents_a_try != 0) return nullptr;
  const JsonPattern* const found = find(document, root);
  credit_ = found != nullptr ? std::min(credit_ + 2, most_credit) : std::max(credit_, 1u) - 1;
  return found;
}

const JsonPattern* JsonPatterns::find(std::string_view document, const JsonKey& root) noexcept {
  for (auto each = known_.begin(); each != known_.end() && each->pattern; ++each) {
    if (each->root != &root || !each->pattern->match(document)) continue;
    if (each != known_.begin()) std::rotate(known_.begin(), each, each + 1);
    return &*known_.front().pattern;
  }
  return nullptr;
}

JsonFinds& JsonPatterns::finds() noexcept {
  finds_.clear();
  return finds_;
}

void JsonPatterns::learn(std::string_view document, const JsonKey& root) noexcept try {
  if (lessons_ == 0 || document.size() > most_bytes) return;
  --lessons_;
  auto pattern = JsonPattern::of(document, finds_);
  if (!pattern) return;
  std::ranges::rotate(known_, known_.end() - 1);
  known_.front() = {&root, std::move(pattern)};
} catch (const std::bad_alloc&) {  // what is not known is scanned
}

}  // namespace llmgw::proxy
