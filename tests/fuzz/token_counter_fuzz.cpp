// SPDX-License-Identifier: MIT
// However a text is cut, both encodings count it as they do when it comes at once; and pieces put
// together are the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proxy/tokens/counter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw::proxy;
  if (size < 2 || size > 16'384) return 0;
  const std::size_t cut = 1 + data[0] % 16;
  const Encoding encoding = data[1] % 2 == 0 ? Encoding::cl100k : Encoding::o200k;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::uint64_t whole = count_tokens(encoding, text);
  TokenCounter counter(encoding);
  for (std::size_t at = 0; at < text.size(); at += cut) counter.add(text.substr(at, cut));
  if (counter.finish() != whole) std::abort();
  // A token has at least one byte, and a byte that is no character becomes three.
  if (whole > 3 * text.size() || (whole == 0) != text.empty()) std::abort();
  return 0;
}
