// SPDX-License-Identifier: MIT
// The messages that are exchanged, and their comparison with what arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw::bench {

/// A request for a chat completion whose body has `body_size` bytes. `fields`, separated by `;`, go
/// into its head.
struct RequestText {
  std::string whole;
  std::string body;
  std::string content;  ///< what the user says, in the body
};
RequestText make_request(std::size_t body_size, bool stream, std::string_view fields = {});

/// A plain answer with its usage.
struct ReplyText {
  std::string whole;
  std::string body;
  std::string_view content;  ///< what the model says, in the body
};
const ReplyText& plain_reply();

/// What the content of a chunk is: when it was sent, and which of its stream it is, in digits.
inline constexpr std::size_t content_digits = 24;
void write_content(char* out, std::int64_t sent_at, std::uint32_t number);

/// How a provider answers. What its functions yield is good until the next call.
struct Answers {
  const ReplyText& (*plain)();
  /// The head of a stream, and whatever comes before its first chunk.
  std::string_view (*begin)();
  /// One chunk with its framing.
  std::string_view (*chunk)(std::int64_t sent_at, std::uint32_t number);
  /// What ends a stream, usage included, and the end of the framing.
  std::string_view (*ending)();
};
extern const Answers openai_answers;
extern const Answers anthropic_answers;

/// Streams of OpenAI: chunks that are alike but for their time and number.
class StreamText {
 public:
  static constexpr std::size_t chunk_size = 225;

  struct Seen {
    std::int64_t sent_at = 0;
    std::uint32_t number = 0;
    bool last = false;
  };
  /// Reads the payload of one chunk; nothing if a byte of it is not as it was sent.
  static std::optional<Seen> read(std::string_view payload);
  /// Reads a line of a stream that a gateway wrote anew: its content alone counts. Nothing if it is
  /// none of the lines that hold one.
  static std::optional<Seen> read_content(std::string_view line);
};

/// Compares a body that arrives in pieces: with `expected`, byte for byte, or, where a gateway
/// writes bodies anew, by the `content` that has to be in it.
class BodyCheck {
 public:
  void begin(std::string_view expected, std::string_view content = {}) {
    expected_ = expected;
    content_ = content;
    rewritten_.clear();
    equal_ = true;
  }
  void piece(std::string_view bytes) {
    if (!content_.empty()) {
      rewritten_.append(bytes);
      return;
    }
    equal_ = equal_ && expected_.starts_with(bytes);
    if (equal_) expected_.remove_prefix(bytes.size());
  }
  /// Whether all of it arrived and nothing else.
  bool end() const noexcept {
    if (!content_.empty()) return rewritten_.find(content_) != rewritten_.npos;
    return equal_ && expected_.empty();
  }

 private:
  std::string_view expected_;
  std::string_view content_;
  std::string rewritten_;
  bool equal_ = true;
};

}  // namespace llmgw::bench
