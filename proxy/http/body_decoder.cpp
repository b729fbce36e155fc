// SPDX-License-Identifier: MIT
// PURE: length, chunked and close-delimited bodies.
#include "proxy/http/body_decoder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace llmgw::http {
namespace {

constexpr std::string_view crlf = "\r\n";

// chunk-size [ chunk-ext ]: at most 15 hex digits, so that no size overflows. Nothing if it is
// anything else.
struct SizeLine {
  std::uint64_t size;
  bool plain;  // as we would write it ourselves
};
std::optional<SizeLine> parse_size_line(std::string_view line) noexcept {
  std::uint64_t size = 0;
  const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (fault != std::errc() || digits > 15) return std::nullopt;
  const std::string_view extension = line.substr(digits);
  if (extension.empty()) return SizeLine{size, line.front() != '0' || digits == 1};
  // Extensions carry nothing for us and may hide anything: only their outline is checked (RFC 9112
  // section 7.1.1).
  const std::size_t start = extension.find_first_not_of(" \t");
  if (start == extension.npos || extension[start] != ';') return std::nullopt;
  const bool clean = std::all_of(extension.begin(), extension.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
  return clean ? std::optional<SizeLine>({size, false}) : std::nullopt;
}

}  // namespace

BodyDecoder::BodyDecoder(Framing framing) noexcept : framing_(framing) {
  switch (framing.kind) {
    case Framing::Kind::none: state_ = State::done; break;
    case Framing::Kind::length:
      remaining_ = framing.length;
      state_ = remaining_ > 0 ? State::payload : State::done;
      break;
    case Framing::Kind::chunked: state_ = State::size_line; break;
    case Framing::Kind::until_close:
      remaining_ = ~std::uint64_t{0};
      state_ = State::payload;
      break;
  }
}

BodyDecoder::Piece BodyDecoder::next(std::string_view& input) {
  switch (state_) {
    case State::done: return {Kind::end, {}};
    case State::broken: return {Kind::fault, {}};
    default: break;
  }
  if (input.empty()) return {Kind::need_more, {}};
  switch (state_) {
    case State::payload: return next_payload(input, State::done);
    case State::size_line: return next_size_line(input);
    case State::data: return next_payload(input, State::data_end);
    case State::data_end: return next_data_end(input);
    default: return next_trailer_line(input);
  }
}

bool BodyDecoder::finish_at_close() noexcept {
  if (framing_.kind == Framing::Kind::until_close) state_ = State::done;
  return is_complete();
}

BodyDecoder::Piece BodyDecoder::next_payload(std::string_view& input, State when_empty) noexcept {
  const std::size_t count =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
  const std::string_view bytes = input.substr(0, count);
  input.remove_prefix(count);
  remaining_ -= count;
  payload_bytes_ += count;
  if (remaining_ == 0) state_ = when_empty;
  return {Kind::payload, bytes};
}

// A whole line without its CRLF, or nothing: then the input is used up, or the line is too long or
// ill-formed and the body broken. Views stay good until the next call.
std::optional<std::string_view> BodyDecoder::take_line(std::string_view& input) {
  if (std::exchange(line_was_split_, false)) line_.clear();
  const std::size_t end = input.find('\n');
  const std::size_t count = end == input.npos ? input.size() : end + 1;
  std::string_view line = input.substr(0, count);
  if (line_.size() + count > line_limit) {
    state_ = State::broken;
    return std::nullopt;
  }
  input.remove_prefix(count);
  if (end == input.npos || !line_.empty()) line_.append(line);
  if (end == input.npos) return std::nullopt;
  if (!line_.empty()) {
    line_was_split_ = true;
    line = line_;
  }
  if (line.size() < 2 || line[line.size() - 2] != '\r') {
    state_ = State::broken;
    return std::nullopt;
  }
  return line.substr(0, line.size() - 2);
}

BodyDecoder::Piece BodyDecoder::next_size_line(std::string_view& input) {
  const auto line = take_line(input);
  if (!line) return state_ == State::broken ? broken() : Piece{Kind::need_more, {}};
  const auto parsed = parse_size_line(*line);
  if (!parsed) return broken();
  overhead_ += line->size();
  overhead_ -= std::min(overhead_, 16 + 2 * parsed->size);
  if (overhead_ > overhead_limit) return broken();
  remaining_ = parsed->size;
  state_ = parsed->size == 0 ? State::trailers : State::data;
  if (parsed->plain && !line_was_split_) return {Kind::framing, {line->data(), line->size() + 2}};
  char* end = std::to_chars(size_line_.data(), size_line_.data() + 16, parsed->size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {Kind::framing, {size_line_.data(), end}, true};
}

BodyDecoder::Piece BodyDecoder::next_data_end(std::string_view& input) noexcept {
  if (!half_line_end_ && input.size() >= 2) {
    if (input.substr(0, 2) != crlf) return broken();
    const std::string_view bytes = input.substr(0, 2);
    input.remove_prefix(2);
    state_ = State::size_line;
    return {Kind::framing, bytes};
  }
  if (input.front() != (half_line_end_ ? '\n' : '\r')) return broken();
  input.remove_prefix(1);
  half_line_end_ = !half_line_end_;
  if (half_line_end_) return {Kind::need_more, {}};
  state_ = State::size_line;
  return {Kind::framing, crlf};
}

BodyDecoder::Piece BodyDecoder::next_trailer_line(std::string_view& input) {
  for (;;) {
    const auto line = take_line(input);
    if (!line) return state_ == State::broken ? broken() : Piece{Kind::need_more, {}};
    if (line->empty() && trailers_.empty() && !line_was_split_) {
      state_ = State::done;
      return {Kind::framing, {line->data(), crlf.size()}};
    }
    if (line->empty()) return finish_trailers();
    if (trailers_.size() + line->size() > trailer_limit) return broken();
    trailers_.append(*line).append(crlf);
  }
}

// Fields that frame or route a message have no business behind it (RFC 9110 section 6.5.1); they
// are left out.
BodyDecoder::Piece BodyDecoder::finish_trailers() {
  state_ = State::done;
  if (trailers_.empty()) return {Kind::framing, crlf};
  FieldStorage storage;
  const auto fields = parse_trailers(trailers_.append(crlf), storage);
  if (fields.has_error()) return broken();
  std::string kept;
  for (const Field& each : *fields) {
    if (each.id != FieldId::other) continue;
    kept.append(each.name).append(": ").append(each.value).append(crlf);
  }
  trailers_ = std::move(kept.append(crlf));
  return {Kind::framing, trailers_};
}

BodyDecoder::Piece BodyDecoder::broken() noexcept {
  state_ = State::broken;
  return {Kind::fault, {}};
}

}  // namespace llmgw::http
