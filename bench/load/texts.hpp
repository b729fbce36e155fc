// SPDX-License-Identifier: MIT
// The messages that are exchanged, and their comparison with what arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw::bench {

/// A request for a chat completion whose body has `body_size` bytes.
struct RequestText {
  std::string whole;
  std::string body;
};
RequestText make_request(std::size_t body_size, bool stream);

/// A plain answer with its usage.
struct ReplyText {
  std::string whole;
  std::string body;
};
const ReplyText& plain_reply();

/// An answered stream: a head, then chunks that are alike but for their time and number.
class StreamText {
 public:
  static constexpr std::size_t chunk_size = 225;

  static std::string_view head();
  /// One chunk with its framing; good until the next call.
  static std::string_view chunk(std::int64_t sent_at, std::uint32_t number);
  /// The chunk that holds the usage, the end mark, and the end of the framing.
  static std::string_view ending();

  struct Seen {
    std::int64_t sent_at = 0;
    std::uint32_t number = 0;
    bool last = false;
  };
  /// Reads the payload of one chunk; nothing if a byte of it is not as it was sent.
  static std::optional<Seen> read(std::string_view payload);
};

/// Compares a body that arrives in pieces.
class BodyCheck {
 public:
  void begin(std::string_view expected) noexcept {
    expected_ = expected;
    equal_ = true;
  }
  void piece(std::string_view bytes) noexcept {
    equal_ = equal_ && expected_.starts_with(bytes);
    if (equal_) expected_.remove_prefix(bytes.size());
  }
  /// Whether all of it arrived and nothing else.
  bool end() const noexcept { return equal_ && expected_.empty(); }

 private:
  std::string_view expected_;
  bool equal_ = true;
};

}  // namespace llmgw::bench
