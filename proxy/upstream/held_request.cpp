// SPDX-License-Identifier: MIT
// What is edited leaves in one chunk, should the body be chunked.
#include "proxy/upstream/held_request.hpp"

#include <charconv>

#include "proxy/http/body_decoder.hpp"

namespace llmgw::proxy {

void HeldRequest::append(std::span<const iovec> more) {
  std::size_t size = held_.size();
  for (const iovec& each : more) size += each.iov_len;
  if (held_.empty()) held_.reserve(size);
  for (const iovec& each : more)
    held_.append(static_cast<const char*>(each.iov_base), each.iov_len);
  count();
}

void HeldRequest::count() noexcept {
  const std::size_t now = held_.capacity() + decoded_.capacity() + edited_.text.capacity();
  total_ = total_ - counted_ + now;
  counted_ = now;
}

bool HeldRequest::edit(const RequestEdit& edit) {
  if (is_chunked() && decoded_.empty()) decode();
  auto edited = edit.edit(is_chunked() ? decoded_ : held_);
  if (!edited) return false;
  edited_ = std::move(*edited);
  count();
  return true;
}

// What is held was framed by the relay, so it can be decoded, and plainly.
void HeldRequest::decode() {
  http::BodyDecoder decoder(framing_);
  std::string_view input = held_;
  behind_body_ = input;
  for (;;) {
    const http::BodyDecoder::Piece piece = decoder.next(input);
    if (piece.kind == http::BodyDecoder::Kind::payload) {
      decoded_.append(piece.bytes);
      behind_body_ = input;
    } else if (piece.kind != http::BodyDecoder::Kind::framing) {
      break;
    }
  }
}

void HeldRequest::add_edited(Gather& out) const {
  if (is_chunked()) {
    char line[Gather::copy_limit];
    char* end = std::to_chars(line, line + 16, edited_.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.add_copy({line, end});
  }
  out.add(edited_.front);
  out.add(edited_.text);
  out.add(edited_.back);
  if (is_chunked()) out.add(behind_body_);
}

}  // namespace llmgw::proxy
