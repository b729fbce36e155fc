// SPDX-License-Identifier: MIT
// PURE: pages of a report, put together; what was left out or came twice is told, not passed over.
#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/reconcile/figures.hpp"

namespace llmgw::collector {

/// Why a report cannot be taken: a phrase for people.
struct ReportFault {
  std::string text;
};
template <class T>
using Told = boost::system::result<T, ReportFault>;

/// The days that are asked for: from the first, up to and without the second.
struct DaySpan {
  DayNumber from = 0;
  DayNumber to = 0;
};

/// Where a report goes on.
struct NextPage {
  std::string token;  ///< for `page`; empty: there is no more
};

/// One report, page by page. Both providers write pages alike: `data` with a bucket a day, which
/// has its beginning and `results`, then `has_more` and `next_page`.
class ReportPages {
 public:
  static constexpr std::size_t most_pages = 1'000;

  /// Days from `settled` on may be missing yet.
  ReportPages(const DaySpan& span, DayNumber settled) : span_(span), settled_(settled) {}

  /// The next page's body. The last one is taken only where all days were there.
  Told<NextPage> take(std::string_view body);

  /// Each day's `results`: arrays of JSON.
  const std::map<DayNumber, std::string>& days() const noexcept { return days_; }

 private:
  Told<bool> take_bucket(std::string_view bucket);
  std::optional<DayNumber> missing_day() const;

  DaySpan span_;
  DayNumber settled_;
  std::map<DayNumber, std::string> days_;
  std::set<std::string> tokens_;
  std::size_t pages_ = 0;
};

/// A day as `2026-11-23`.
std::string day_text(DayNumber day);

/// A member of an object that is a text, decoded; nothing where it is not there, null, or none.
std::optional<std::string> text_member(std::string_view object, std::string_view name);
/// A member that is a count; 0 where it is not there or null, nothing where it is no count.
std::optional<std::int64_t> count_member(std::string_view object, std::string_view name);

}  // namespace llmgw::collector
