// SPDX-License-Identifier: MIT
// PURE: what is known of how models count tokens: a table, held against recorded bills where it
// says so.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "proxy/tokens/rank_data.hpp"

namespace llmgw::proxy {

/// What a count is worth.
using Quality = EstimateQuality;

/// How images are counted.
struct ImageRule {
  enum class Kind : std::uint8_t {
    unknown,
    tiles,    ///< of 512 by 512 within 2048 by 2048, the shorter side 768: base and so many each
    patches,  ///< of 32 by 32, at most 1536 of them, times a factor
  };
  Kind kind = Kind::unknown;
  std::uint32_t base = 0;
  std::uint32_t tile = 0;
  std::uint32_t hundredths = 0;  ///< of the factor
};

/// Models that count alike.
struct ModelFamily {
  std::string_view prefix;  ///< of their names
  Encoding encoding = Encoding::o200k;
  int prompt_offset = 0;                ///< billed of a prompt besides the formula
  int tools_offset = 0;                 ///< the same where tools are defined
  Quality prompt = Quality::close;      ///< of plain text
  Quality tools = Quality::rough;       ///< of a prompt that defines tools
  Quality completion = Quality::close;  ///< of an answer
  ImageRule images = {};
};

/// By the name of a model, with or without the name of a provider or a fine-tuning around it; null:
/// no tokenizer of it is public, or nothing is known.
const ModelFamily* family_of(std::string_view model) noexcept;

}  // namespace llmgw::proxy
