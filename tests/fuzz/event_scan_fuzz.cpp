// SPDX-License-Identifier: MIT
// The quick reader of events against the full check: what it accepts that accepts, with the same
// id.
#include "common/event/scan.hpp"

#include <vector>

#include "common/event/check.hpp"
#include "tests/fuzz/pieces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  // A copy of just that size, so that the sanitizer sees a look beyond the text.
  const std::vector<char> copy(data, data + size);
  const std::string_view text(copy.data(), copy.size());
  const auto quick = scan_event(text);
  if (!quick) return 0;
  fuzz::require(quick->size <= text.size());
  const auto full = validate_event(text.substr(0, quick->size));
  fuzz::require(full.has_value());
  fuzz::require(full->event_id == quick->event_id);
  return 0;
}
