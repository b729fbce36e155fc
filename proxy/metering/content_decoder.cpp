// SPDX-License-Identifier: MIT
// Each stage hands what it has made to the next one before it makes more.
#include "proxy/metering/content_decoder.hpp"

#include <algorithm>

#include <span>

namespace llmgw::proxy {

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

bool decode_whole(const CodingList& codings, std::string_view coded, std::size_t most,
                  std::string& content) {
  struct Room {
    std::string& content;
    std::size_t left;
    bool is_exceeded = false;
  } room{content, most};
  const auto take = [](void* context, std::string_view piece) {
    Room& into = *static_cast<Room*>(context);
    into.is_exceeded = piece.size() > into.left;
    into.content.append(piece.substr(0, into.left));
    into.left -= std::min(piece.size(), into.left);
    return !into.is_exceeded;
  };
  const bool is_good = ContentDecoder(codings).decode(coded, take, &room);
  return is_good && !room.is_exceeded;
}

}  // namespace llmgw::proxy
