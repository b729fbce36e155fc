// SPDX-License-Identifier: MIT
// Message: reads HTTP/1.1 messages from a peer that is known to be well-behaved, at little cost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgw::bench {

/// One connection's messages, one after the other.
class Message {
 public:
  enum class Step : std::uint8_t { need_more, payload, end, fault };

  /// Takes the next piece off `input`; payload is in `piece`, framing is passed over.
  Step next(std::string_view& input, std::string_view& piece);

  /// The status of a response, or 0; good from the first payload or the end on.
  int status() const noexcept { return status_; }

 private:
  enum class Place : std::uint8_t { head, body, chunk_line, chunk, chunk_end, last_line };

  bool take_head(std::string_view& input);
  bool take_line(std::string_view& input);
  void read_fields(std::string_view head);
  Step next_chunked(std::string_view& input, std::string_view& piece);

  Place place_ = Place::head;
  bool chunked_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::string partial_;     // a head or line that came in pieces
};

}  // namespace llmgw::bench
