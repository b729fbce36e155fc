// SPDX-License-Identifier: MIT
// Short pieces by scanning all pairs, on the stack; long ones by an order of pairs.
#include "proxy/tokens/merge.hpp"

#include <array>
#include <numeric>
#include <optional>
#include <queue>

namespace llmgw::proxy {
namespace {

// Nearly all: a few comparisons take less time than a heap.
std::size_t merge_short(const Ranks& ranks, std::string_view piece,
                        std::vector<std::uint32_t>* ids) {
  struct Part {
    std::uint32_t rank;   // of this and the next part together
    std::uint32_t begin;  // in the piece
  };
  std::array<Part, short_piece + 1> parts;
  std::size_t count = piece.size();
  for (std::size_t i = 0; i <= count; ++i) {
    const std::uint32_t rank = i + 1 < count ? ranks.find(piece.substr(i, 2)) : Ranks::none;
    parts[i] = {rank, static_cast<std::uint32_t>(i)};
  }
  const auto rank_at = [&](std::size_t i) {
    if (i + 2 > count) return Ranks::none;
    return ranks.find(piece.substr(parts[i].begin, parts[i + 2].begin - parts[i].begin));
  };
  for (;;) {
    std::size_t lowest = 0;
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (parts[i].rank < parts[lowest].rank) lowest = i;
    }
    if (parts[lowest].rank == Ranks::none) break;
    for (std::size_t i = lowest + 1; i < count; ++i) parts[i] = parts[i + 1];
    --count;
    parts[lowest].rank = rank_at(lowest);
    if (lowest > 0) parts[lowest - 1].rank = rank_at(lowest - 1);
  }
  if (ids != nullptr) {
    for (std::size_t i = 0; i < count; ++i)
      ids->push_back(ranks.find(piece.substr(parts[i].begin, parts[i + 1].begin - parts[i].begin)));
  }
  return count;
}

// A pair in one word, by which pairs are ordered: its rank, then where it begins.
using Pair = std::uint64_t;

// By rank; those of one rank stay in their order.
void sort_by_rank(std::vector<Pair>& pairs) {
  constexpr unsigned digit_bits = 9;  // two digits hold any rank
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  std::vector<Pair> sorted(pairs.size());
  for (unsigned shift = 32; shift < 32 + 2 * digit_bits; shift += digit_bits) {
    std::array<std::size_t, digits> places{};
    for (const Pair pair : pairs) ++places[pair >> shift & (digits - 1)];
    std::exclusive_scan(places.begin(), places.end(), places.begin(), std::size_t{0});
    for (const Pair pair : pairs) sorted[places[pair >> shift & (digits - 1)]++] = pair;
    pairs.swap(sorted);
  }
}

// Parts are known by where they begin. The pairs of bytes that there are at first are sorted, those
// that merging makes wait in a heap, which is thus small. Either may hold pairs that are no more:
// those whose rank is not that of the part.
class LongMerge {
 public:
  LongMerge(const Ranks& ranks, std::string_view piece)
      : ranks_(ranks), piece_(piece), parts_(piece.size() + 1) {
    const auto size = static_cast<std::uint32_t>(piece.size());
    for (std::uint32_t i = 0; i <= size; ++i) parts_[i] = {i == 0 ? 0 : i - 1, i + 1, Ranks::none};
    for (std::uint32_t i = 0; i + 1 < size; ++i) {
      parts_[i].rank = ranks.find(piece.substr(i, 2));
      if (parts_[i].rank != Ranks::none) first_.push_back(pair_of(i));
    }
    sort_by_rank(first_);
  }

  std::size_t run() {
    std::size_t count = piece_.size();
    while (const auto lowest = take_lowest()) {
      const auto at = static_cast<std::uint32_t>(*lowest);
      if (parts_[at].rank != *lowest >> 32) continue;
      join(at);
      --count;
    }
    return count;
  }

  void append_to(std::vector<std::uint32_t>& ids) const {
    for (std::uint32_t at = 0; at < piece_.size(); at = parts_[at].next)
      ids.push_back(ranks_.find(piece_.substr(at, parts_[at].next - at)));
  }

 private:
  struct Part {
    std::uint32_t before;
    std::uint32_t next;
    std::uint32_t rank;  // of this and the next part together
  };
  using Heap = std::priority_queue<Pair, std::vector<Pair>, std::greater<>>;

  std::optional<Pair> take_lowest() {
    const bool has_first = taken_ < first_.size();
    if (!heap_.empty() && (!has_first || heap_.top() < first_[taken_])) {
      const Pair lowest = heap_.top();
      heap_.pop();
      return lowest;
    }
    if (!has_first) return std::nullopt;
    return first_[taken_++];
  }

  Pair pair_of(std::uint32_t at) const noexcept {
    return std::uint64_t{parts_[at].rank} << 32 | at;
  }

  void join(std::uint32_t at) {
    Part& part = parts_[at];
    Part& taken = parts_[part.next];
    taken.rank = Ranks::none;
    part.next = taken.next;
    parts_[part.next].before = at;
    rate(at);
    if (at > 0) rate(part.before);
  }

  void rate(std::uint32_t at) {
    Part& part = parts_[at];
    part.rank = Ranks::none;
    if (part.next >= piece_.size()) return;
    part.rank = ranks_.find(piece_.substr(at, parts_[part.next].next - at));
    if (part.rank != Ranks::none) heap_.push(pair_of(at));
  }

  const Ranks& ranks_;
  std::string_view piece_;
  std::vector<Part> parts_;
  std::vector<Pair> first_;
  std::size_t taken_ = 0;  // of them
  Heap heap_;
};

}  // namespace

// Most pieces are one token.
std::size_t merge_piece(const Ranks& ranks, std::string_view piece,
                        std::vector<std::uint32_t>* ids) {
  if (const std::uint32_t whole = ranks.find(piece); whole != Ranks::none) {
    if (ids != nullptr) ids->push_back(whole);
    return 1;
  }
  if (piece.size() <= short_piece) return merge_short(ranks, piece, ids);
  LongMerge merge(ranks, piece);
  const std::size_t count = merge.run();
  if (ids != nullptr) merge.append_to(*ids);
  return count;
}

}  // namespace llmgw::proxy
