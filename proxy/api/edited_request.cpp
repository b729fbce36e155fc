// SPDX-License-Identifier: MIT
// Around the inserted text only the length, or the size of one chunk, differs; and the codings that
// are accepted.
#include "proxy/api/edited_request.hpp"

#include <charconv>
#include <utility>

#include "common/http/body_decoder.hpp"
#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

void append_pieces(Gather& from, std::string& to) {
  for (const iovec& each : from.pieces())
    to.append(static_cast<const char*>(each.iov_base), each.iov_len);
}

void add_number(std::size_t number, int base, Gather& out) {
  char digits[Gather::copy_limit];
  out.add_copy({digits, std::to_chars(digits, digits + sizeof digits, number, base).ptr});
}

}  // namespace

void EditedRequest::begin(Gather& request, std::size_t head_size, std::size_t length_at,
                          http::Framing framing) {
  head_size_ = head_size;
  length_at_ = length_at;
  framing_ = framing;
  original_.reserve(request.size());
  append(request);
}

void EditedRequest::append(Gather& more) {
  append_pieces(more, original_);
  count();
}

void EditedRequest::count() noexcept {
  const std::size_t now = original_.capacity() + decoded_.capacity();
  total_ = total_ - counted_ + now;
  counted_ = now;
}

void EditedRequest::clear() noexcept {
  std::string().swap(original_);
  std::string().swap(decoded_);
  head_size_ = 0;
  total_ -= counted_;
  counted_ = 0;
}

bool EditedRequest::edit(const Provider& provider) {
  body_ = std::string_view(original_).substr(head_size_);
  if (framing_.kind == http::Framing::Kind::chunked) decode_body();
  const auto insertion = provider.ask_for_usage(body_);
  if (insertion) insertion_ = *insertion;
  return insertion.has_value();
}

// What is held was framed by the relay, so it can be decoded, and plainly.
void EditedRequest::decode_body() {
  http::BodyDecoder decoder(framing_);
  std::string_view input = body_;
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
  count();
  body_ = decoded_;
}

// The head's lines as the provider wrote them, `Name: value`. With the client's own codings the
// answer might be one that cannot be edited. `identity` alone says that none is wanted (RFC 9110
// section 12.5.3), as Python's http.client does with each request, so no server is surprised by it;
// without the field it would be any coding that goes.
void EditedRequest::add_head(std::size_t body_size, Gather& out) const {
  constexpr std::string_view codings = "Accept-Encoding";
  const std::string_view head = std::string_view(original_).substr(0, head_size_);
  bool has_codings = false;
  for (std::size_t from = 0; from < head.size();) {
    const std::size_t end = head.find('\n', from) + 1;
    const std::string_view line = head.substr(from, end - from);
    if (length_at_ > from && length_at_ < end) {
      out.add(line.substr(0, length_at_ - from));
      add_number(body_size, 10, out);
      out.add("\r\n");
    } else if (line.size() <= codings.size() || line[codings.size()] != ':' ||
               !starts_ignoring_case(line, codings)) {
      out.add(line);
    } else if (!std::exchange(has_codings, true)) {
      out.add(line.substr(0, codings.size()));
      out.add(": identity\r\n");
    }
    from = end;
  }
}

void EditedRequest::add_edited(Gather& out) const {
  const std::size_t size = body_.size() + insertion_.text.size();
  const bool is_chunked = framing_.kind == http::Framing::Kind::chunked;
  add_head(size, out);
  if (is_chunked) {
    add_number(size, 16, out);
    out.add("\r\n");
  }
  out.add(body_.substr(0, insertion_.place));
  out.add(insertion_.text);
  out.add(body_.substr(insertion_.place));
  if (is_chunked) out.add(behind_body_);
}

}  // namespace llmgw::proxy
