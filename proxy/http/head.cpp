// SPDX-License-Identifier: MIT
// PURE: the strict head parser.
#include "proxy/http/head.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "common/text/byte_search.hpp"
#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"

namespace llmgw::http {
namespace {

enum CharClass : std::uint8_t { token_char = 1, target_char = 2, value_char = 4, host_char = 8 };

constexpr auto char_classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const char ascii = static_cast<char>(c);
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto one_of = [&](std::string_view set) { return set.find(ascii) != set.npos; };
    std::uint8_t classes = 0;
    if (alnum || (c != 0 && c < 128 && one_of("!#$%&'*+-.^_`|~")))
      classes |= token_char;  // RFC 9110 5.6.2
    if (c > 0x20 && c < 0x7f && c != '#')
      classes |= target_char;  // the URI alphabet and the few that SDKs send unescaped; no fragment
    if (c == '\t' || (c >= 0x20 && c != 0x7f))
      classes |= value_char;  // RFC 9110 5.5, obs-text included
    if (alnum || (c != 0 && c < 128 && one_of("-._~!$&'()*+,;=%:[]")))
      classes |= host_char;  // RFC 3986 3.2.2
    table[c] = classes;
  }
  return table;
}();

bool is(char c, CharClass wanted) noexcept {
  return (char_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

// Length of the run of `wanted` characters at the front.
std::size_t run(std::string_view text, CharClass wanted) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is(text[length], wanted)) ++length;
  return length;
}

// Takes the next line off `bytes`, without its CRLF. The caller has seen to it that lines end so.
std::optional<std::string_view> take_line(std::string_view& bytes) noexcept {
  const void* found = bytes.empty() ? nullptr : std::memchr(bytes.data(), '\n', bytes.size());
  if (found == nullptr) return std::nullopt;
  const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
  if (length == 0 || bytes[length - 1] != '\r') return std::nullopt;
  const std::string_view line = bytes.substr(0, length - 1);
  bytes.remove_prefix(length + 1);
  return line;
}

// `HTTP/1.x`; any 1.x above 1.1 is spoken to as 1.1 (RFC 9110 section 2.5).
Result<std::uint8_t> parse_version(std::string_view text) noexcept {
  if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || text[6] != '.')
    return errc::malformed_message;
  if (text[5] < '0' || text[5] > '9' || text[7] < '0' || text[7] > '9')
    return errc::malformed_message;
  if (text[5] != '1') return errc::unsupported_version;
  return text[7] == '0' ? std::uint8_t{0} : std::uint8_t{1};
}

// 1*DIGIT and nothing else: no sign, no list, no value that overflows (RFC 9110 section 8.6).
std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// Calls `each` with every element of a comma-separated list.
template <class Function>
void for_each_element(std::string_view list, Function each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty()) each(element);
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  }
}

// What the framing and connection fields of one head say, gathered while its lines are read.
struct Gathered {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool names_fields = false;
  bool expects_continue = false;
  bool tells_origin = false;
  int hosts = 0;
  std::string_view host;    // the last one
  std::size_t options = 0;  // of Connection
};

errc note(const Field& field, Gathered& seen) noexcept {
  switch (field.id) {
    case FieldId::content_length: {
      const auto length = parse_length(field.value);
      if (seen.length || !length) return errc::malformed_message;
      seen.length = length;
      return errc::ok;
    }
    case FieldId::transfer_encoding:
      if (seen.chunked) return errc::malformed_message;
      if (!equals_ignoring_case(field.value, "chunked")) return errc::unsupported_coding;
      seen.chunked = true;
      return errc::ok;
    case FieldId::connection: {
      bool tokens = true;
      for_each_element(field.value, [&](std::string_view option) {
        ++seen.options;
        tokens &= run(option, token_char) == option.size();
        if (equals_ignoring_case(option, "close")) {
          seen.close = true;
        } else if (equals_ignoring_case(option, "keep-alive")) {
          seen.keep_alive = true;
        } else {
          seen.names_fields = true;
        }
      });
      if (seen.options > Limits::connection_options) return errc::head_too_large;
      return tokens ? errc::ok : errc::malformed_message;
    }
    case FieldId::host:
      ++seen.hosts;
      seen.host = field.value;
      return run(field.value, host_char) == field.value.size() ? errc::ok : errc::malformed_message;
    case FieldId::origin:
    case FieldId::sec_fetch_site: seen.tells_origin = true; return errc::ok;
    case FieldId::expect:
      seen.expects_continue = equals_ignoring_case(field.value, "100-continue");
      return errc::ok;
    default: return errc::ok;
  }
}

// The first byte that no field value has: a control character other than a tab (RFC 9110 section
// 5.5).
const char* end_of_value(const char* at, const char* end) noexcept {
  for (;;) {
    at = find_control(at, end);
    if (at == end || *at != '\t') return at;
    ++at;
  }
}

bool is_line_end(const char* at, const char* end) noexcept {
  return end - at >= 2 && at[0] == '\r' && at[1] == '\n';
}

std::string_view text_between(const char* from, const char* to) noexcept {
  return {from, static_cast<std::size_t>(to - from)};
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// Of the field whose colon stands in front of `from`.
void take_value(const char* from, const char* line_end, Field& field) noexcept {
  field.is_plain_line =
      line_end - from > 1 && *from == ' ' && !is_blank(from[1]) && !is_blank(line_end[-1]);
  field.value =
      field.is_plain_line ? text_between(from + 1, line_end) : trim(text_between(from, line_end));
}

// Reads field lines up to and including the empty line.
Result<std::span<const Field>> parse_fields(std::string_view& bytes, FieldStorage& storage,
                                            Gathered& seen) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (std::size_t count = 0;;) {
    if (is_line_end(at, end)) {
      bytes = text_between(at + 2, end);
      return std::span<const Field>(storage.data(), count);
    }
    const char* const name = at;
    while (at != end && is(*at, token_char)) ++at;
    // Also refuses white space before the colon, a folded line (it starts with white space) and a
    // line without name.
    if (at == name || at == end || *at != ':') return errc::malformed_message;
    const char* const value = at + 1;
    const char* const line_end = end_of_value(value, end);
    if (!is_line_end(line_end, end)) return errc::malformed_message;
    if (count == storage.size()) return errc::head_too_large;
    Field& field = storage[count++];
    field.name = text_between(name, at);
    take_value(value, line_end, field);
    field.id = field_id(field.name);
    if (const errc fault = note(field, seen); fault != errc::ok) return fault;
    at = line_end + 2;
  }
}

// Length and coding together, or a coding in a 1.0 message, are the classic desync forms (RFC 9112
// section 6.1).
errc settle(const Gathered& seen, Head& head) noexcept {
  if (seen.chunked && (seen.length || head.minor_version == 0)) return errc::malformed_message;
  head.keep_alive = !seen.close && (head.minor_version > 0 || seen.keep_alive);
  head.connection_names_fields = seen.names_fields;
  if (seen.chunked) {
    head.framing.kind = Framing::Kind::chunked;
  } else if (seen.length) {
    head.framing = {Framing::Kind::length, *seen.length};
  }
  return errc::ok;
}

// RFC 9112 section 3.2: origin form stays, absolute form is reduced to it, `*` belongs to OPTIONS.
// CONNECT has a form of its own, and no tunnel leads through here.
errc parse_target(std::string_view target, RequestHead& head) noexcept {
  if (target.size() > Limits::target) return errc::target_too_long;
  if (target.empty() || run(target, target_char) != target.size()) return errc::malformed_message;
  if (head.method == "CONNECT") return errc::unsupported_method;
  head.target = target;
  if (target.front() == '/' || (target == "*" && head.method == "OPTIONS")) return errc::ok;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_ignoring_case(target, scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    const std::string_view authority = target.substr(0, path).substr(scheme.size());
    // A user name in front of the host is refused with all else (RFC 9110 section 4.2.4).
    if (authority.empty() || run(authority, host_char) != authority.size())
      return errc::malformed_message;
    head.authority = authority;
    // An empty path is `/` (section 3.2.1), as which the scheme's last byte serves. Nothing lives
    // there, so nobody misses its query.
    const bool has_path = path != target.npos && target[path] == '/';
    head.target = has_path ? target.substr(path) : target.substr(scheme.size() - 1, 1);
    return errc::ok;
  }
  return errc::malformed_message;
}

}  // namespace

std::string_view Head::value(FieldId id) const noexcept {
  for (const Field& each : fields) {
    if (each.id == id) return each.value;
  }
  return {};
}

bool Head::connection_names(std::string_view name) const noexcept {
  if (!connection_names_fields) return false;
  bool named = false;
  for (const Field& each : fields) {
    if (each.id != FieldId::connection) continue;
    for_each_element(each.value,
                     [&](std::string_view option) { named |= equals_ignoring_case(option, name); });
  }
  return named;
}

std::string_view RequestHead::bytes() const noexcept {
  const auto end_of = [](std::string_view view) { return view.data() + view.size(); };
  // Without fields the authority, if there is one, is behind the target or around it.
  if (fields.empty())
    return text_between(method.data(), std::max(end_of(target), end_of(authority), std::less<>()));
  const Field& last = fields.back();
  if (last.is_plain_line) return text_between(method.data(), end_of(last.plain_line()));
  return text_between(method.data(), end_of(last.value.empty() ? last.name : last.value));
}

void RequestHead::move_to(std::string_view copy, std::span<Field> own) noexcept {
  const auto move = [from = method.data(), to = copy.data()](std::string_view& view) {
    view = view.empty() ? std::string_view()
                        : std::string_view(to + (view.data() - from), view.size());
  };
  for (std::string_view* each : {&method, &target, &authority}) move(*each);
  for (Field& each : own) {
    move(each.name);
    move(each.value);
  }
  fields = own;
}

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) noexcept {
  const std::string_view window = bytes.substr(0, Limits::head);
  while (looked_at_ < window.size()) {
    const void* found = std::memchr(window.data() + looked_at_, '\n', window.size() - looked_at_);
    if (found == nullptr) {
      looked_at_ = window.size();
      break;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
    if (at == 0 || window[at - 1] != '\r') return errc::malformed_message;
    const bool empty_line = at - line_start_ == 1;
    line_start_ = looked_at_ = at + 1;
    // Empty lines in front of a start line are not its end (RFC 9112 section 2.2).
    if (empty_line && started_) return std::optional<std::size_t>(looked_at_);
    started_ |= !empty_line;
  }
  if (bytes.size() >= Limits::head) return errc::head_too_large;
  return std::optional<std::size_t>();
}

Result<RequestHead> parse_request_head(std::string_view bytes, FieldStorage& storage) noexcept {
  std::string_view rest = bytes;
  auto line = take_line(rest);
  while (line && line->empty()) line = take_line(rest);
  if (!line) return errc::malformed_message;

  RequestHead head;
  const std::size_t method_size = run(*line, token_char);
  const std::size_t version_at = line->rfind(' ');
  if (method_size == 0 || method_size >= line->size() || (*line)[method_size] != ' ' ||
      version_at <= method_size) {
    return errc::malformed_message;
  }
  head.method = line->substr(0, method_size);
  const auto version = parse_version(line->substr(version_at + 1));
  if (version.has_error()) return version.error();
  head.minor_version = *version;
  const auto target = line->substr(method_size + 1, version_at - method_size - 1);
  if (const errc fault = parse_target(target, head); fault != errc::ok) return fault;

  Gathered seen;
  const auto fields = parse_fields(rest, storage, seen);
  if (fields.has_error()) return fields.error();
  head.fields = *fields;
  if (seen.hosts > 1 || (seen.hosts == 0 && head.minor_version > 0)) return errc::malformed_message;
  if (const errc fault = settle(seen, head); fault != errc::ok) return fault;
  if (head.authority.empty()) head.authority = seen.host;
  head.expects_continue = seen.expects_continue && head.minor_version > 0;
  head.tells_origin = seen.tells_origin;
  head.size = bytes.size() - rest.size();
  return head;
}

Result<ResponseHead> parse_response_head(std::string_view bytes, FieldStorage& storage,
                                         bool to_head_request) noexcept {
  std::string_view rest = bytes;
  const auto line = take_line(rest);
  // `HTTP/1.1 200` and then, by the RFC, a space and a reason that may be empty; some servers leave
  // the space out.
  if (!line || line->size() < 12 || (*line)[8] != ' ') return errc::malformed_message;
  ResponseHead head;
  const auto version = parse_version(line->substr(0, 8));
  if (version.has_error()) return version.error();
  head.minor_version = *version;
  for (const char digit : line->substr(9, 3)) {
    if (digit < '0' || digit > '9') return errc::malformed_message;
    head.status = head.status * 10 + (digit - '0');
  }
  if (head.status < 100 || head.status > 599) return errc::malformed_message;
  if (line->size() > 12) {
    if ((*line)[12] != ' ') return errc::malformed_message;
    head.reason = line->substr(13);
    if (run(head.reason, value_char) != head.reason.size()) return errc::malformed_message;
  }

  Gathered seen;
  const auto fields = parse_fields(rest, storage, seen);
  if (fields.has_error()) return fields.error();
  head.fields = *fields;
  if (const errc fault = settle(seen, head); fault != errc::ok) return fault;
  const bool no_body =
      to_head_request || head.status < 200 || head.status == 204 || head.status == 304;
  if (no_body) {
    head.framing = {};
  } else if (head.framing.kind == Framing::Kind::none) {
    head.framing.kind = Framing::Kind::until_close;
    head.keep_alive = false;
  }
  head.size = bytes.size() - rest.size();
  return head;
}

Result<std::span<const Field>> parse_trailers(std::string_view bytes,
                                              FieldStorage& storage) noexcept {
  Gathered ignored;
  return parse_fields(bytes, storage, ignored);
}

}  // namespace llmgw::http
