// SPDX-License-Identifier: MIT
// Shows a text to a parser whole, byte by byte, and cut at each place; each piece dies once it was
// shown.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace llmgw {

/// A copy in memory of exactly its size, so that a tool sees what reads beyond it or after its end.
class Piece {
 public:
  explicit Piece(std::string_view text)
      : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    std::ranges::copy(text, bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// Calls `run(feed, how)` for each way to cut `text`; `feed(show)` calls `show(piece)` for its
/// pieces in order.
template <class Run>
void in_all_pieces(std::string_view text, Run run) {
  const auto show_piece = [](std::string_view part, auto& show) { show(Piece(part).view()); };
  run([&](auto show) { show_piece(text, show); }, std::string("whole"));
  run(
      [&](auto show) {
        for (std::size_t i = 0; i < text.size(); ++i) show_piece(text.substr(i, 1), show);
      },
      std::string("byte by byte"));
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    run(
        [&](auto show) {
          show_piece(text.substr(0, cut), show);
          show_piece(text.substr(cut), show);
        },
        "cut at " + std::to_string(cut));
  }
}

}  // namespace llmgw
