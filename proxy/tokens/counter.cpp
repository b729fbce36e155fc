// SPDX-License-Identifier: MIT
// First whole characters, then whole pieces.
#include "proxy/tokens/counter.hpp"

#include <algorithm>
#include <utility>

#include "common/json/string_bytes.hpp"
#include "proxy/tokens/merge.hpp"
#include "proxy/tokens/split.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Begin {
  std::size_t size = 1;    // of the longest begin of a character, at least one byte
  bool may_go_on = false;  // whether more bytes could make it a character
};

// Of what is no character. The second byte of some has a narrower range (RFC 3629 section 4).
Begin begin_of_character(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0xc2 || lead > 0xf4) return {};
  const std::size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  std::size_t size = 1;
  while (size < whole && size < text.size()) {
    const bool is_second = size == 1;
    const unsigned low = is_second ? lowest : 0x80;
    const unsigned high = is_second ? highest : 0xbf;
    if (at(size) < low || at(size) > high) return {size, false};
    ++size;
  }
  return {size, size < whole};
}

// What the text begins with that is valid UTF-8.
std::size_t valid_size(std::string_view text) noexcept {
  std::size_t done = 0;
  while (done < text.size()) {
    if (text.size() - done >= 8 &&
        (string_bytes::load<std::uint64_t>(text.data() + done) & string_bytes::high_bits) == 0) {
      done += 8;
    } else if (static_cast<unsigned char>(text[done]) < 0x80) {
      ++done;
    } else {
      const std::size_t length = string_bytes::utf8_length(text.substr(done));
      if (length == 0) break;
      done += length;
    }
  }
  return done;
}

}  // namespace

TokenCounter::TokenCounter(Encoding encoding) : encoding_(encoding), ranks_(ranks_of(encoding)) {}

void TokenCounter::add(std::string_view part) {
  while (begun_size_ > 0 && !part.empty()) {
    begun_[begun_size_++] = part.front();
    const Begin begin = begin_of_character({begun_, begun_size_});
    if (begin.size == begun_size_) {
      part.remove_prefix(1);
      if (begin.may_go_on) continue;
      append({begun_, begun_size_});
    } else {
      append(replacement);  // the byte begins something else
    }
    begun_size_ = 0;
  }
  take_characters(part);
  if (text_.size() >= next_try_) take_pieces(false);
}

void TokenCounter::take_characters(std::string_view part) {
  while (!part.empty()) {
    const std::size_t valid = valid_size(part);
    append(part.substr(0, valid));
    part.remove_prefix(valid);
    if (part.empty()) return;
    const Begin begin = begin_of_character(part);
    if (begin.may_go_on) {
      std::copy(part.begin(), part.end(), begun_);
      begun_size_ = part.size();
      return;
    }
    append(replacement);
    part.remove_prefix(begin.size);
  }
}

// A piece that may go on is looked for again when there is twice as much of it, so that a long one
// that comes in small parts takes no more time than one that comes at once.
void TokenCounter::take_pieces(bool is_last) {
  std::string_view rest(text_.data(), text_.size());
  while (!rest.empty()) {
    const Piece piece = first_piece(encoding_, rest);
    if (!piece.is_certain && !is_last) break;
    count_ += merge_piece(ranks_, rest.substr(0, piece.size), ids_);
    rest.remove_prefix(piece.size);
  }
  text_.erase(text_.begin(), text_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  next_try_ = std::max(first_try, 2 * text_.size());
}

std::uint64_t TokenCounter::finish() {
  if (begun_size_ > 0) append(replacement);
  begun_size_ = 0;
  take_pieces(true);
  return std::exchange(count_, 0);
}

std::uint64_t count_tokens(Encoding encoding, std::string_view text) {
  TokenCounter counter(encoding);
  counter.add(text);
  return counter.finish();
}

}  // namespace llmgw::proxy
