// SPDX-License-Identifier: MIT
// The scanner of event streams, whole and in pieces, against a plain reading of the standard.
#include "proxy/metering/sse_scanner.hpp"

#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/sse_reference.hpp"

namespace llmgw::proxy {
namespace {

// Puts together what the scanner reports part by part. One that looks ahead finds the end of a line
// by itself where it can.
class Gathered {
 public:
  explicit Gathered(bool looks_ahead) : looks_ahead_(looks_ahead) {}

  void show(std::string_view piece) {
    while (!piece.empty()) {
      if (looks_ahead_ && take_ahead(piece)) continue;
      if (const auto found = scanner_.next(piece)) note(*found);
    }
  }

  fuzz::StreamParts finish() {
    if (const auto last = scanner_.finish()) note(*last);
    if (is_open_) parts_.events.push_back(data_);
    return parts_;
  }

 private:
  bool take_ahead(std::string_view& piece) {
    const std::string_view ahead = scanner_.data_ahead(piece);
    if (ahead.empty()) return false;
    const std::string_view data = ahead.substr(0, ahead.find_first_of("\r\n"));
    if (!scanner_.take_event(piece, data.data() + data.size())) return false;
    fuzz::require(!is_open_);
    parts_.events.emplace_back(data);
    return true;
  }

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

  bool looks_ahead_;
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
  for (const bool looks_ahead : {false, true}) {
    proxy::Gathered whole(looks_ahead);
    whole.show(input.text);
    fuzz::require(whole.finish() == expected);
    proxy::Gathered cut(looks_ahead);
    fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
    fuzz::require(cut.finish() == expected);
  }
  return 0;
}
