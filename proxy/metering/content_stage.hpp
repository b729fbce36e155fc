// SPDX-License-Identifier: MIT
// PURE: one content coding taken off step by step, over the library that knows it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "common/coding/content_coding.hpp"
#include "proxy/metering/decoder_memory.hpp"

namespace llmgw::proxy {

class ContentStage {
 public:
  enum class Step : std::uint8_t {
    going,   ///< more input may follow
    ended,   ///< the content is complete; what lies behind it is not looked at
    broken,  ///< not of this coding, or no memory: there is no going on
  };

  virtual ~ContentStage() = default;
  /// Takes bytes off the front of `in` and writes content to the front of `room`, which is then
  /// what is left of it. With room left, all input is taken.
  virtual Step step(std::string_view& in, std::span<char>& room) noexcept = 0;
};

/// nullptr where there is no memory, and for identity. `memory` outlives it.
std::unique_ptr<ContentStage> make_stage(ContentCoding coding, DecoderMemory& memory) noexcept;

}  // namespace llmgw::proxy
