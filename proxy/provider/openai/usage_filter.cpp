// SPDX-License-Identifier: MIT
// Line by line; an event is judged at the first line end behind which its JSON is complete.
#include "proxy/provider/openai/usage_filter.hpp"

#include <utility>

#include "common/text/byte_search.hpp"
#include "proxy/provider/openai/chunk_begin.hpp"

namespace llmgw::proxy {
namespace {

std::string_view text_between(const char* from, const char* to) noexcept {
  return {from, static_cast<std::size_t>(to - from)};
}

std::string_view without_mark(std::string_view line) noexcept {
  if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  return line;
}

bool is_field_of_event(std::string_view line) noexcept {
  const std::string_view name = line.substr(0, line.find(':'));
  return name == "data" || name == "event" || name == "id";
}

// Of a first line that has no end: whether it may become one that begins an event.
bool may_begin_event(std::string_view line) noexcept {
  if (byte_order_mark.starts_with(line)) return true;
  line = without_mark(line);
  if (line.find(':') != line.npos) return is_field_of_event(line);
  const auto may_be = [line](std::string_view name) { return name.starts_with(line); };
  return may_be("data") || may_be("event") || may_be("id");
}

}  // namespace

// [kept, at) was taken and is to pass; of an undecided event that began in this span, it ends at
// `event`.
struct UsageFilter::Span {
  Gather& out;
  const char* at;
  const char* end;
  const char* kept;
  const char* event;

  void add_kept(const char* to) {
    out.add(text_between(kept, to));
    kept = to;
  }
};

bool UsageFilter::pass(std::string_view payload, Gather& out) {
  if (is_off_) {
    out.add(payload);
    return true;
  }
  const char* const begin = payload.data();
  Span span{out, begin, begin + payload.size(), begin, begin};
  if (feed_may_follow_ && span.at != span.end) take_pending_feed(span);
  while (span.at != span.end) {
    if (is_off_) {
      span.at = span.end;
    } else if (fate_ == Fate::undecided) {
      gather_line(span);
    } else {
      follow_line(span);
    }
  }
  if (fate_ != Fate::undecided) {
    span.add_kept(span.end);
    return true;
  }
  span.add_kept(span.event);
  held_.append(text_between(span.event, span.end));
  return true;
}

// One whose fate is known, or that begins an event.
void UsageFilter::follow_line(Span& span) {
  if (fate_ == Fate::outside && !in_line_) {
    const char first = *span.at;
    const bool begins = first == 'd' || first == 'e' || first == 'i' ||
                        (is_at_start_ && first == byte_order_mark.front());
    is_at_start_ = false;
    if (begins) return begin_event(span);
  }
  const char* const line_end = find_line_end(span.at, span.end);
  const bool is_blank = line_end == span.at && !in_line_;
  span.at = line_end;
  in_line_ = line_end == span.end;
  if (!in_line_) take_line_end(span);
  if (fate_ == Fate::drop) span.kept = span.at;
  if (is_blank) fate_ = Fate::outside;
}

void UsageFilter::take_line_end(Span& span) noexcept {
  if (*span.at++ == '\n') return;
  if (span.at == span.end) {
    feed_may_follow_ = true;
    feed_is_dropped_ = fate_ == Fate::drop;
  } else if (*span.at == '\n') {
    ++span.at;
  }
}

void UsageFilter::take_pending_feed(Span& span) noexcept {
  feed_may_follow_ = false;
  if (*span.at != '\n') return;
  ++span.at;
  if (fate_ == Fate::undecided) {
    ++line_start_;
  } else if (feed_is_dropped_) {
    span.kept = span.at;
  }
}

void UsageFilter::begin_event(Span& span) noexcept {
  span.event = span.at;
  fate_ = Fate::undecided;
  line_start_ = 0;
  lines_ = 0;
  data_.clear();
}

// The rest of a line of an undecided event; judges the event once the line is complete.
void UsageFilter::gather_line(Span& span) {
  const char* const line_end = find_line_end(span.at, span.end);
  const std::size_t size = held_.size() + static_cast<std::size_t>(line_end - span.event);
  if (size > hold_limit) {
    span.at = line_end;
    in_line_ = true;
    return let_go(span, Fate::keep);
  }
  span.at = line_end;
  if (line_end == span.end) return;
  take_line_end(span);
  if (!held_.empty()) {
    held_.append(text_between(span.event, span.at));
    span.kept = span.event = span.at;
  }
  const std::string_view event = held_.empty() ? text_between(span.event, span.at) : held_;
  const bool blank_follows = span.at != span.end && span.at[0] == '\n' && span.at[-1] == '\n';
  judge_line(span, event, event.substr(line_start_, size - line_start_), blank_follows);
  if (fate_ == Fate::undecided) line_start_ = event.size();
}

void UsageFilter::judge_line(Span& span, std::string_view event, std::string_view line,
                             bool is_all) {
  in_line_ = false;
  if (line.empty()) return end_event(span, event);
  if (line_start_ == 0) line = without_mark(line);
  ++lines_;
  if (data_prefix(line) > 0) return settle(span, event, judge_data(event, line, is_all));
  // A field of no interest begins no event, but does not end one either.
  if (lines_ == 1 && !is_field_of_event(line)) let_go(span, Fate::outside);
}

// A blank line, and no verdict yet: what has come is all.
void UsageFilter::end_event(Span& span, std::string_view event) {
  const char* const begin = event.data();
  const std::string_view line =
      without_mark(text_between(begin, find_line_end(begin, begin + event.size())));
  if (lines_ == 1 && data_prefix(line) > 0) settle(span, event, judge_data(event, line, true));
  let_go(span, Fate::outside);
}

// Offsets in the verdict count from the start of the event.
ChunkVerdict UsageFilter::judge_data(std::string_view event, std::string_view line, bool is_all) {
  const auto line_at = static_cast<std::size_t>(line.data() - event.data());
  if (lines_ > line_limit) return {};
  if (lines_ == 1) {
    const std::size_t prefix = line_at + data_prefix(line);
    ChunkVerdict verdict =
        judge_chunk(line.substr(prefix - line_at), is_all, beside_choices_is_asked_for_);
    verdict.from += prefix;
    return verdict;
  }
  data_.show(event.substr(0, line_at + line.size()));
  if (!is_all && data_.goes_on()) return {ChunkVerdict::Kind::incomplete};
  return judge_chunk(data_.text(), is_all, beside_choices_is_asked_for_);
}

void UsageFilter::settle(Span& span, std::string_view event, const ChunkVerdict& verdict) {
  using Kind = ChunkVerdict::Kind;
  switch (verdict.kind) {
    case Kind::incomplete: return;
    case Kind::unasked: is_off_ = true; [[fallthrough]];
    case Kind::keep: return let_go(span, Fate::keep);
    case Kind::drop:
      if (held_.empty()) span.add_kept(span.event);
      held_.clear();
      span.kept = span.at;
      feed_is_dropped_ = true;
      fate_ = Fate::drop;
      return;
    case Kind::cut: break;
  }
  if (held_.empty()) {
    span.add_kept(event.data() + verdict.from);
    span.kept += verdict.size;
  } else {
    held_.erase(verdict.from, verdict.size);
  }
  let_go(span, Fate::keep);
}

// What is held of the event leaves; what of it lies in this span is kept already.
void UsageFilter::let_go(Span& span, Fate fate) {
  if (!held_.empty()) span.out.add_owned(std::exchange(held_, {}));
  fate_ = fate;
}

bool UsageFilter::finish(Gather& out) {
  if (fate_ == Fate::undecided && line_start_ < held_.size()) {
    const std::string_view line = std::string_view(held_).substr(line_start_);
    const bool is_data = data_prefix(line_start_ == 0 ? without_mark(line) : line) > 0;
    Span span{out, nullptr, nullptr, nullptr, nullptr};
    if (is_data) judge_line(span, held_, line, false);
  }
  release(errc::ok, out);
  return true;
}

void UsageFilter::release(errc, Gather& out) {
  if (fate_ == Fate::undecided) held_.resize(unasked_size());
  if (!held_.empty()) out.add_owned(std::exchange(held_, {}));
  fate_ = Fate::outside;
}

// Of the event that is held and will never be complete.
std::size_t UsageFilter::unasked_size() {
  if (lines_ == 0 && !may_begin_event(held_)) return held_.size();
  data_.show(held_);
  return unasked_begin(data_.text());
}

}  // namespace llmgw::proxy
