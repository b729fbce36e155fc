// SPDX-License-Identifier: MIT
// A list in the order of use.
#include "common/json/patterns.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace llmgw {

const JsonPattern* JsonPatterns::match(std::string_view document, const JsonKey& root) noexcept {
  if (document.size() > most_bytes) return nullptr;
  const auto is_of = [document](JsonPattern& pattern) {
    return pattern.match(document) == document.size();
  };
  return find(root, is_of);
}

JsonPatterns::Line JsonPatterns::match_line(std::string_view text, const JsonKey& root) noexcept {
  Line line;
  const std::string_view begin = text.substr(0, most_bytes);
  const auto is_of = [&line, begin](JsonPattern& pattern) {
    if (pattern.is_one_line()) line.size = pattern.match(begin);
    return line.size > 0;
  };
  line.pattern = find(root, is_of);
  return line;
}

// The first that says so.
template <class IsOf>
const JsonPattern* JsonPatterns::find(const JsonKey& root, IsOf is_of) noexcept {
  if (++documents_ == documents_a_lesson) {
    documents_ = 0;
    lessons_ = std::min(lessons_ + 1, most_lessons);
  }
  if (credit_ == 0 && documents_ % documents_a_try != 0) return nullptr;
  for (auto each = known_.begin(); each != known_.end() && each->pattern; ++each) {
    if (each->root != &root || !is_of(*each->pattern)) continue;
    if (each != known_.begin()) std::rotate(known_.begin(), each, each + 1);
    credit_ = std::min(credit_ + 2, most_credit);
    return &*known_.front().pattern;
  }
  credit_ = std::max(credit_, 1u) - 1;
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

}  // namespace llmgw
