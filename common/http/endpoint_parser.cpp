// SPDX-License-Identifier: MIT
// What Beast says, and what is checked besides.
#include "common/http/endpoint_parser.hpp"

#include <algorithm>
#include <utility>

namespace llmgw::http {
namespace {

namespace beast = boost::beast;

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

std::string_view view(const beast::flat_buffer& buffer) noexcept {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

// Our own codes pass, Beast's mean that the grammar was broken.
errc meaning_of(const boost::system::error_code& fault) noexcept {
  if (fault.category() == error_category()) return errc_of(fault);
  if (fault == beast::http::error::header_limit) return errc::head_too_large;
  return errc::malformed_message;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The URI alphabet and the few that clients send unescaped; no fragment.
bool is_target_char(char c) noexcept { return c > 0x20 && c < 0x7f && c != '#'; }

// RFC 3986 section 3.2.2.
bool is_host_char(char c) noexcept {
  constexpr std::string_view others = "-._~!$&'()*+,;=%:[]";
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

bool is_host(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), is_host_char);
}

// Beast joins folded lines; others may read the second one as a field (RFC 9112 section 5.2).
bool is_folded(std::string_view lines) noexcept {
  return lines.find("\n ") != lines.npos || lines.find("\n\t") != lines.npos;
}

// No sign, no list, no value that overflows (RFC 9110 section 8.6).
bool is_length(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 18 && std::all_of(text.begin(), text.end(), is_digit);
}

// RFC 9112 section 3.2: origin form stays, absolute form is reduced to it, `*` belongs to OPTIONS.
Result<std::string_view> origin_form(std::string_view target, std::string_view method) noexcept {
  if (target.size() > EndpointHead::most_target) return errc::target_too_long;
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_char))
    return errc::malformed_message;
  if (method == "CONNECT") return errc::unsupported_method;
  if (target.front() == '/' || (target == "*" && method == "OPTIONS")) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_ignoring_case(target, scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    const std::string_view authority = target.substr(0, path).substr(scheme.size());
    // A user name in front of the host is refused with all else (RFC 9110 section 4.2.4).
    if (authority.empty() || !is_host(authority)) return errc::malformed_message;
    const bool has_path = path != target.npos && target[path] == '/';
    return has_path ? target.substr(path) : std::string_view("/");
  }
  return errc::malformed_message;
}

}  // namespace

EndpointParser::EndpointParser() {
  header_limit(EndpointHead::most_bytes);
  body_limit(boost::none);  // collect() has one
}

Result<bool> EndpointParser::take_head(beast::flat_buffer& buffer) {
  while (!got_some() && view(buffer).starts_with("\r\n")) {  // RFC 9112 section 2.2
    size_ += 2;
    buffer.consume(2);
  }
  if (!got_some() && view(buffer) == "\r") return false;
  while (buffer.size() > 0 && !is_header_done()) {
    Code fault;
    const std::size_t used = put(buffer.cdata(), fault);
    if (is_folded(view(buffer).substr(0, used))) return errc::malformed_message;
    size_ += used;
    buffer.consume(used);
    if (fault == beast::http::error::need_more) break;
    if (fault) return meaning_of(fault);
  }
  const bool is_whole = is_header_done();
  const std::size_t least = is_whole ? size_ : size_ + buffer.size() + 1;
  if (least > EndpointHead::most_bytes) return errc::head_too_large;
  return is_whole;
}

void EndpointParser::collect(std::string& body, std::size_t most, BodyShare* share) noexcept {
  body_ = &body;
  most_ = most;
  share_ = share;
}

Result<bool> EndpointParser::take_chunks(beast::flat_buffer& buffer) {
  while (buffer.size() > 0 && !is_done()) {
    Code fault;
    const std::size_t before = body_->size();
    const std::size_t used = put(buffer.cdata(), fault);
    const bool is_folded_trailer = is_done() && is_folded(view(buffer).substr(0, used));
    buffer.consume(used);
    if (fault == beast::http::error::need_more) break;
    if (fault) return meaning_of(fault);
    const std::size_t framing = used - (body_->size() - before);
    const std::size_t most_framing = is_done() ? most_unread : most_line;
    if (is_folded_trailer || framing > most_framing) return errc::malformed_message;
    overhead_ += framing;
    overhead_ -=
        static_cast<std::size_t>(std::min<std::uint64_t>(overhead_, std::exchange(allowed_, 0)));
    if (overhead_ > most_overhead && !is_done()) return errc::malformed_message;
  }
  if (!is_done() && buffer.size() > most_unread) return errc::malformed_message;
  return is_done();
}

void EndpointParser::on_request_impl(beast::http::verb /*known*/, Text method, Text target,
                                     int version, Code& fault) {
  const auto form = origin_form(view(target), view(method));
  if (form.has_error()) {
    fault = form.error();
    return;
  }
  head_.method = view(method);
  head_.target = *form;
  head_.minor_version = version == 10 ? 0 : 1;
}

void EndpointParser::on_response_impl(int, Text, int, Code&) {}

void EndpointParser::on_field_impl(beast::http::field /*known*/, Text name, Text value,
                                   Code& fault) {
  if (is_header_done()) return;  // a trailer, which nobody asks for
  if (head_.fields.size() == EndpointHead::most_fields) {
    fault = errc::head_too_large;
    return;
  }
  head_.fields.push_back({std::string(view(name)), std::string(view(value))});
}

void EndpointParser::on_header_impl(Code& fault) {
  const errc found = settle();
  if (found != errc::ok) fault = found;
}

// Length and coding together, or a coding in a 1.0 message, are the classic desync forms (RFC 9112
// section 6.1).
errc EndpointParser::settle() {
  const bool is_old = head_.minor_version == 0;
  const std::size_t hosts = head_.count("Host");
  if (hosts > 1 || (hosts == 0 && !is_old) || !is_host(head_.value("Host")))
    return errc::malformed_message;
  const std::size_t lengths = head_.count("Content-Length");
  const std::size_t codings = head_.count("Transfer-Encoding");
  if (lengths + codings > 1 || (codings > 0 && is_old)) return errc::malformed_message;
  if (codings > 0 && !equals_ignoring_case(head_.value("Transfer-Encoding"), "chunked"))
    return errc::unsupported_coding;
  if (lengths > 0 && !is_length(head_.value("Content-Length"))) return errc::malformed_message;
  head_.is_chunked = codings > 0;
  if (lengths > 0) head_.content_length = content_length().value();
  head_.keep_alive = keep_alive();
  head_.expects_continue = !is_old && equals_ignoring_case(head_.value("Expect"), "100-continue");
  return errc::ok;
}

// A body of known length is not read by the parser.
std::size_t EndpointParser::on_body_impl(Text, Code& fault) {
  fault = errc::malformed_message;
  return 0;
}

void EndpointParser::on_chunk_header_impl(std::uint64_t size, Text extensions, Code& fault) {
  // A quoted value may hold bytes that others take for the line's end.
  const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
  const std::string_view line = view(extensions);
  if (std::any_of(line.begin(), line.end(), is_control)) fault = errc::malformed_message;
  allowed_ = 16 + 2 * std::min<std::uint64_t>(size, most_overhead);
}

std::size_t EndpointParser::on_chunk_body_impl(std::uint64_t /*left*/, Text bytes, Code& fault) {
  if (bytes.size() > most_ - body_->size()) {
    fault = errc::body_too_large;
  } else if (share_ != nullptr && !share_->take(bytes.size())) {
    fault = errc::overloaded;
  } else {
    body_->append(view(bytes));
  }
  return bytes.size();
}

}  // namespace llmgw::http
