// SPDX-License-Identifier: MIT
// PURE: takes all content codings off a response body as it comes (RFC 9110 section 8.4).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/coding/content_coding.hpp"
#include "proxy/metering/content_stage.hpp"

namespace llmgw::proxy {

/// A chain of decoders with bounded memory and bounded work: whoever sends a bomb has the rest of
/// the body not looked at.
class ContentDecoder {
 public:
  /// Shown the content piece by piece; false: no more is wanted.
  using Sink = bool (*)(void* context, std::string_view content);

  /// More bytes than `free_growth` may come out of the decoders only in this proportion to what
  /// went in. What servers send grows 3 to 30 times.
  static constexpr std::uint64_t free_growth = std::uint64_t{4} << 20;
  static constexpr std::uint64_t most_growth = 64;

  explicit ContentDecoder(const CodingList& codings,
                          std::size_t most_memory = DecoderMemory::most_of_response) noexcept;

  /// Decodes the next bytes in any split. False once the body is broken, is a bomb or asks for too
  /// much memory; then do not go on. Throws only what `sink` throws.
  bool decode(std::string_view bytes, Sink sink, void* context);

 private:
  enum class Flow : std::uint8_t { going, stopped, broken };
  Flow decode_from(std::size_t stage, std::string_view bytes, Sink sink, void* context);

  DecoderMemory memory_;
  std::array<std::unique_ptr<ContentStage>, CodingList::most> stages_;  // the outermost first
  std::size_t size_;
  std::uint64_t budget_ = free_growth;
  bool is_stopped_ = false;  // the content is complete, or no more of it is wanted
};

/// Appends the content of a whole body to `content`, `most` bytes of it at most. False: it is
/// broken, a bomb, or more than that.
bool decode_whole(const CodingList& codings, std::string_view coded, std::size_t most,
                  std::string& content);

}  // namespace llmgw::proxy
