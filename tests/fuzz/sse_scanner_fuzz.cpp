// SPDX-License-Identifier: MIT
// The scanner of event streams, whole and in pieces, against a plain reading of the standard.
#include "proxy/metering/sse_scanner.hpp"

#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/sse_reference.hpp"

namespace llmgw::proxy {
namespace {

// Puts together what the scanner reports part by part.
class Gathered {
 public:
  void show(std::string_view piece) {
    while (const auto found = scanner_.next(piece)) note(*found);
    fuzz::require(piece.empty());
  }

  fuzz::StreamParts finish() {
    if (const auto last = scanner_.finish()) note(*last);
    if (is_open_) parts_.events.push_back(data_);
    return parts_;
  }

 private:
  void note(const SsePiece& piece) {
    switch (piece.kind) {
      case SsePiece::Kind::whole_data:
        fuzz::require(!is_open_);
        parts_.events.emplace_back(piece.text);
        return;
      case SsePiece::Kind::data:
        is_open_ = true;
        data_ += piece.text;
        return;
      case SsePiece::Kind::end:
        fuzz::require(is_open_);
        parts_.events.push_back(data_);
        data_.clear();
        is_open_ = false;
        return;
      case SsePiece::Kind::name: parts_.names.emplace_back(piece.text); return;
    }
  }

  SseScanner scanner_;
  fuzz::StreamParts parts_;
  std::string data_;
  bool is_open_ = false;
};

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  const fuzz::StreamParts expected = fuzz::read_event_stream(input.text);
  proxy::Gathered whole;
  whole.show(input.text);
  fuzz::require(whole.finish() == expected);
  proxy::Gathered cut;
  fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
  fuzz::require(cut.finish() == expected);
  return 0;
}
