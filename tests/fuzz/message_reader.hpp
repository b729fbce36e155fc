// SPDX-License-Identifier: MIT
// Reads messages off one connection's bytes, however they are cut, and writes down what it read.
#pragma once

#include <string>

#include "proxy/http/body_decoder.hpp"
#include "proxy/http/head.hpp"
#include "proxy/upstream/reframe.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::fuzz {

struct NoTap final : proxy::Tap {
  void observe(std::string_view) noexcept override {}
};

/// `parse(head, storage)`: a parser of heads; what it accepts is shown to `accepted(head)`.
template <class Parse, class Accepted>
class MessageReader {
 public:
  MessageReader(Parse parse, Accepted accepted) : parse_(parse), accepted_(accepted) {}

  void show(std::string_view piece) {
    while (!is_over_ && (in_body_ ? read_body(piece) : read_head(piece))) {
    }
  }

  /// What the bytes meant: heads as parsed, payloads, and how it ended.
  const std::string& transcript() const noexcept { return transcript_; }

 private:
  bool read_head(std::string_view& piece) {
    pending_.append(piece);
    piece = {};
    const auto size = scanner_.scan(pending_);
    if (size.has_error()) return end("scan", size.error().value());
    if (!*size) return false;
    const std::string bytes = pending_.substr(0, **size);
    const auto head = parse_(bytes, storage_);
    if (head.has_error()) return end("head", head.error().value());
    require(head->size == bytes.size());
    note(*head);
    accepted_(*head);
    decoder_ = http::BodyDecoder(head->framing);
    in_body_ = true;
    scanner_.reset();
    const std::string rest = pending_.substr(**size);
    pending_.clear();
    std::string_view input = rest;
    show(input);
    return false;
  }

  bool read_body(std::string_view& piece) {
    for (;;) {
      const auto found = decoder_.next(piece);
      switch (found.kind) {
        case http::BodyDecoder::Kind::payload: transcript_.append(found.bytes); break;
        case http::BodyDecoder::Kind::framing: break;
        case http::BodyDecoder::Kind::need_more: require(piece.empty()); return false;
        case http::BodyDecoder::Kind::fault: return end("body", 0);
        case http::BodyDecoder::Kind::end:
          transcript_.append("|");
          in_body_ = false;
          return !piece.empty();
      }
    }
  }

  bool end(std::string_view where, int code) {
    transcript_.append("!").append(where).append(std::to_string(code));
    is_over_ = true;
    return false;
  }

  void note(const http::Head& head) {
    for (const http::Field& each : head.fields) {
      require(each.name.find_first_of(std::string_view("\r\n\0: ", 5)) == each.name.npos);
      require(each.value.find_first_of(std::string_view("\r\n\0", 3)) == each.value.npos);
      transcript_.append(each.name).append(":").append(each.value).append(";");
    }
    transcript_.append(std::to_string(static_cast<int>(head.framing.kind))).append("=");
  }

  Parse parse_;
  Accepted accepted_;
  http::FieldStorage storage_;
  http::HeadScanner scanner_;
  http::BodyDecoder decoder_;
  std::string pending_;
  std::string transcript_;
  bool in_body_ = false;
  bool is_over_ = false;
};

/// Reads the input whole and in pieces: it must mean the same. Gives what it meant.
template <class Parse, class Accepted>
std::string read_both_ways(const Input& input, Parse parse, Accepted accepted) {
  MessageReader whole(parse, accepted);
  whole.show(input.text);
  MessageReader cut(parse, accepted);
  in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
  require(whole.transcript() == cut.transcript());
  return whole.transcript();
}

/// A body as it leaves in this form.
inline std::string reframed(http::Framing framing, std::string_view bytes, proxy::BodyForm form,
                            std::uint32_t seed) {
  http::BodyDecoder decoder(framing);
  std::string out;
  NoTap tap;
  in_pieces(bytes, seed, [&](std::string_view piece) {
    Gather pieces;
    proxy::reframe(decoder, piece, form, tap, pieces);
    for (const iovec& each : pieces.pieces())
      out.append(static_cast<const char*>(each.iov_base), each.iov_len);
  });
  return out;
}

/// Only the content of a body; nothing if it is broken, `whole` says whether it is complete.
inline std::string payload_of(http::Framing framing, std::string_view bytes, bool& whole) {
  http::BodyDecoder decoder(framing);
  std::string out;
  for (;;) {
    const auto found = decoder.next(bytes);
    if (found.kind == http::BodyDecoder::Kind::payload) out.append(found.bytes);
    if (found.kind == http::BodyDecoder::Kind::payload ||
        found.kind == http::BodyDecoder::Kind::framing)
      continue;
    whole = found.kind == http::BodyDecoder::Kind::end;
    return out;
  }
}

}  // namespace llmgw::fuzz
