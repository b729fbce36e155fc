// SPDX-License-Identifier: MIT
// Content codings: bounded, and the same content however the body is cut.
#include "proxy/metering/content_decoder.hpp"

#include <string>

#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view codings[] = {"gzip", "deflate",  "br",
                                        "zstd", "gzip, br", "zstd, deflate"};

class Decoding {
 public:
  explicit Decoding(std::string_view list) : decoder_(*parse_codings(list)) {}
  void show(std::string_view piece) {
    const auto sink = [](void* to, std::string_view content) {
      static_cast<std::string*>(to)->append(content);
      return true;
    };
    if (is_sound_) is_sound_ = decoder_.decode(piece, sink, &content_);
  }
  const std::string& content() const { return content_; }
  bool is_sound() const { return is_sound_; }

 private:
  ContentDecoder decoder_;
  std::string content_;
  bool is_sound_ = true;
};

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  const std::string_view coding = proxy::codings[input.seed % std::size(proxy::codings)];
  proxy::Decoding whole(coding);
  whole.show(input.text);
  fuzz::require(whole.content().size() <=
                proxy::ContentDecoder::free_growth +
                    proxy::ContentDecoder::most_growth * input.text.size());
  proxy::Decoding cut(coding);
  fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
  if (whole.is_sound() && cut.is_sound()) fuzz::require(whole.content() == cut.content());
  return 0;
}
