// SPDX-License-Identifier: MIT
// PURE: candidates and their parts, as events and whole answers of Gemini hold them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/provider/signature_memory.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Values as they are written; texts as the insides of JSON strings. Empty: not there.
struct GeminiCandidate {
  std::uint64_t index = 0;
  std::string_view parts;  ///< an array
  std::string_view finish_reason;
  std::string_view logprobs;  ///< an object
  bool has_citations = false;
  bool has_grounding = false;

  /// Counts what of it is left out, but for its parts.
  void note_skipped(SkippedCounts& skipped) const noexcept {
    if (has_citations) skipped.add(SkippedKind::citation);
    if (has_grounding) skipped.add(SkippedKind::grounding);
  }
};

/// `position`: of the candidate among those of its event. Nothing: it is none.
std::optional<GeminiCandidate> read_gemini_candidate(std::string_view candidate,
                                                     std::uint64_t position) noexcept;

/// Why the prompt was blocked, of a `promptFeedback`; empty: it was not.
std::string_view gemini_block_reason(std::string_view feedback) noexcept;

struct GeminiPart {
  enum class Kind : std::uint8_t {
    text,
    thought,
    call,
    image,
    nothing,  ///< a part without anything to show, such as a signature by itself
    skipped,  ///< what no chat completion has; then `skipped` says what
  };
  Kind kind = Kind::nothing;
  SkippedKind skipped = SkippedKind::other;
  std::string_view text = {};
  std::string_view name = {};       ///< of the function, as the client calls it
  std::string_view id = {};         ///< of the call
  std::string_view arguments = {};  ///< JSON
  std::string_view signature = {};  ///< of the call
  std::string_view media_type = {};
  std::string_view data = {};  ///< base64
};

/// Nothing: it is none.
std::optional<GeminiPart> read_gemini_part(std::string_view part) noexcept;

/// Keeps the signature of a call, if there is one; both are the insides of JSON strings.
void keep_signature(const TenantSignatures& signatures, std::string_view call_id,
                    std::string_view signature);

}  // namespace llmgw::proxy
