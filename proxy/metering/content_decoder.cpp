// SPDX-License-Identifier: MIT
// Each stage hands what it has made to the next one before it makes more.
#include "proxy/metering/content_decoder.hpp"

#include <algorithm>
#include <span>

namespace llmgw::proxy {
namespace {

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x | 0x20) : x) == y;
  });
}

std::optional<Coding> coding_of(std::string_view token) {
  if (equals_ignoring_case(token, "gzip") || equals_ignoring_case(token, "x-gzip"))
    return Coding::gzip;
  if (equals_ignoring_case(token, "deflate")) return Coding::deflate;
  if (equals_ignoring_case(token, "br")) return Coding::br;
  if (equals_ignoring_case(token, "zstd")) return Coding::zstd;
  return std::nullopt;
}

std::string_view take_token(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  std::string_view token = list.substr(0, comma);
  list.remove_prefix(std::min(comma + 1, list.size()));
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!token.empty() && is_space(token.front())) token.remove_prefix(1);
  while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
  return token;
}

}  // namespace

std::optional<CodingList> parse_codings(std::string_view content_encoding) noexcept {
  CodingList list;
  while (!content_encoding.empty()) {
    const std::string_view token = take_token(content_encoding);
    if (token.empty() || equals_ignoring_case(token, "identity")) continue;
    const auto coding = coding_of(token);
    if (!coding || list.size == CodingList::most) return std::nullopt;
    list.codings[list.size++] = *coding;
  }
  return list;
}

ContentDecoder::ContentDecoder(const CodingList& codings, std::size_t most_memory) noexcept
    : memory_(most_memory), size_(codings.size) {
  for (std::size_t i = 0; i < size_; ++i)
    stages_[i] = make_stage(codings.codings[size_ - 1 - i], memory_);
}

bool ContentDecoder::decode(std::string_view bytes, Sink sink, void* context) {
  if (is_stopped_) return true;
  budget_ += bytes.size() * most_growth;
  const Flow flow = decode_from(0, bytes, sink, context);
  is_stopped_ = flow != Flow::going;
  return flow != Flow::broken;
}

ContentDecoder::Flow ContentDecoder::decode_from(std::size_t stage, std::string_view bytes,
                                                 Sink sink, void* context) {
  if (stage == size_) return sink(context, bytes) ? Flow::going : Flow::stopped;
  if (stages_[stage] == nullptr) return Flow::broken;
  std::array<char, 16 * 1024> buffer;  // not cleared: only what was written is read
  for (;;) {
    std::span<char> room(buffer);
    const std::size_t before = bytes.size();
    const auto step = stages_[stage]->step(bytes, room);
    const std::size_t made = buffer.size() - room.size();
    if (made > budget_) return Flow::broken;
    budget_ -= made;
    if (made > 0) {
      const Flow flow = decode_from(stage + 1, {buffer.data(), made}, sink, context);
      if (flow != Flow::going) return flow;
    }
    if (step == ContentStage::Step::broken) return Flow::broken;
    if (step == ContentStage::Step::ended) return Flow::stopped;
    if (!room.empty() && bytes.empty()) return Flow::going;
    if (made == 0 && bytes.size() == before) return Flow::broken;
  }
}

}  // namespace llmgw::proxy
