// SPDX-License-Identifier: MIT
// What a client may send: heads and bodies, whole and in pieces, mean the same; a body sent on
// holds the same content.
#include "tests/fuzz/message_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  fuzz::read_both_ways(input, http::parse_request_head, [](const http::RequestHead& head) {
    fuzz::require(!head.method.empty() && !head.target.empty());
    fuzz::require(head.target.front() == '/' || head.target == "*");
    fuzz::require(head.framing.kind != http::Framing::Kind::until_close);
  });

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
