// SPDX-License-Identifier: MIT
// What is edited leaves in one chunk, should the body be chunked.
#include "proxy/upstream/held_request.hpp"

#include <charconv>

#include "proxy/http/body_decoder.hpp"
#include "proxy/provider/model_place.hpp"

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
  total_.change(counted_, now);
  counted_ = now;
}

bool HeldRequest::edit(const RequestEdit& edit) {
  auto edited = edit.edit(body());
  if (!edited) return false;
  edited_ = std::move(*edited);
  count();
  return true;
}

bool HeldRequest::rename_model(const http::RequestHead& head, std::string_view model) {
  const auto place = place_of_model(body(), head.value(http::FieldId::content_type));
  if (!place) return false;
  model_place_ = place->text;
  model_ = place->spell(model);
  return true;
}

std::size_t HeldRequest::edited_size() const noexcept {
  const bool is_edited = edited_.size() > 0;
  const std::size_t size = is_edited ? edited_.size() : (is_chunked() ? decoded_ : held_).size();
  return size - model_place_.size() + model_.size();
}

std::string_view HeldRequest::body() {
  if (is_chunked() && decoded_.empty()) decode();
  return is_chunked() ? decoded_ : held_;
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

// A piece of the body as it came, the model's name replaced if it lies there.
void HeldRequest::add_piece(Gather& out, std::string_view piece) const {
  const char* const end = piece.data() + piece.size();
  if (model_place_.data() < piece.data() || model_place_.data() >= end) return out.add(piece);
  const auto before = static_cast<std::size_t>(model_place_.data() - piece.data());
  out.add(piece.substr(0, before));
  out.add(model_);
  out.add(piece.substr(before + model_place_.size()));
}

void HeldRequest::add_edited(Gather& out) const {
  if (is_chunked()) {
    char line[Gather::copy_limit];
    char* end = std::to_chars(line, line + 16, edited_.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.add_copy({line, end});
  }
  if (edited_.size() == 0) {
    add_piece(out, is_chunked() ? decoded_ : held_);
  } else {
    add_piece(out, edited_.front);
    out.add(edited_.text);
    add_piece(out, edited_.back);
  }
  if (is_chunked()) out.add(behind_body_);
}

}  // namespace llmgw::proxy
