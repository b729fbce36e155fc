// SPDX-License-Identifier: MIT
// What a client may send: heads and bodies, whole and in pieces, mean the same; a body sent on
// holds the same content. And what counts as a dot segment in a path.
#include <algorithm>

#include "proxy/api/dot_segments.hpp"
#include "tests/fuzz/message_reader.hpp"
#include "tests/fuzz/path_reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  fuzz::read_both_ways(input, http::parse_request_head, [](const http::RequestHead& head) {
    fuzz::require(!head.method.empty() && !head.target.empty());
    fuzz::require(head.target.front() == '/' || head.target == "*");
    fuzz::require(head.framing.kind != http::Framing::Kind::until_close);
  });

  // A path is refused where decoding again and again finds a dot segment, or where more codes begin
  // within one another than anybody means.
  const std::string_view path = input.text.substr(0, 512);
  const bool is_refused = proxy::has_dot_segment(path);
  fuzz::require(is_refused || !fuzz::has_dot_segment_by_reference(path));
  const bool may_be_deep = std::count(path.begin(), path.end(), '%') > 32;
  fuzz::require(!is_refused || may_be_deep || fuzz::has_dot_segment_by_reference(path));

  const http::Framing chunked{http::Framing::Kind::chunked, 0};
  bool whole = false;
  const std::string content = fuzz::payload_of(chunked, input.text, whole);
  if (!whole) return 0;
  const std::string sent =
      fuzz::reframed(chunked, input.text, proxy::BodyForm::as_received, input.seed);
  bool sent_whole = false;
  fuzz::require(fuzz::payload_of(chunked, sent, sent_whole) == content && sent_whole);
  return 0;
}
