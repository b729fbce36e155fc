// SPDX-License-Identifier: MIT
// A digest good enough to tell texts apart (FNV-1a, 64 bits), drawn out to 48 bytes.
#include "tests/mock_upstream/signature.hpp"

#include <cstdint>

#include "tests/mock_upstream/base64.hpp"

namespace llmgw::mock {

std::string signature_of(std::string_view text) {
  std::uint64_t digest = 0xcbf29ce484222325;
  const auto mix = [&digest](unsigned char byte) { digest = (digest ^ byte) * 0x100000001b3; };
  for (const char each : text) mix(static_cast<unsigned char>(each));
  std::string bytes;
  for (unsigned char round = 0; bytes.size() < 48; ++round) {
    mix(round);
    bytes += static_cast<char>(digest >> 32 & 0xff);
  }
  return encode_base64(bytes);
}

}  // namespace llmgw::mock
