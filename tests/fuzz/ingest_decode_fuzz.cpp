// SPDX-License-Identifier: MIT
// Bodies of any form: what is accepted is whole lines, each of them a valid event with its key.
#include "collector/ingest_decode.hpp"

#include "common/event/check.hpp"
#include "tests/fuzz/pieces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const auto batch = collector::decode_events(std::string(data, data + size));
  if (!batch) {
    fuzz::require(!batch.error().text.empty());
    return 0;
  }
  std::size_t begin = 0;
  for (const collector::Batch::Line& line : batch->lines) {
    fuzz::require(line.end > begin && line.end <= batch->text.size());
    const auto text = std::string_view(batch->text).substr(begin, line.end - begin);
    fuzz::require(text.ends_with('\n') && text.find('\n') == text.size() - 1);
    const auto checked = validate_event(text);
    fuzz::require(checked.has_value());
    fuzz::require(collector::event_key(checked->event_id) == line.key);
    begin = line.end;
  }
  fuzz::require(begin == batch->text.size());
  return 0;
}
