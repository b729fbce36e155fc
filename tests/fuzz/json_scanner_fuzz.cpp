// SPDX-License-Identifier: MIT
// The JSON scanner, whole and in pieces, against a full parse.
#include "common/json/scanner.hpp"

#include "proxy/provider/openai/usage_reader.hpp"
#include "tests/fuzz/json_reference.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

const JsonKey& root = openai_usage_reader.reply;

bool is_measured(std::uint8_t tag) { return tag == reply_tag::text; }

class Scan {
 public:
  Scan() { scanner_.begin(root); }

  void show(std::string_view piece) {
    while (const auto value = scanner_.next(piece)) note(*value);
    fuzz::require(piece.empty());
  }
  const std::vector<fuzz::Found>& found() const { return found_; }

 private:
  void note(const JsonValue& value) {
    fuzz::Found found{value.tag, value.kind, "", std::nullopt};
    found.count = value.count;
    if (value.kind == JsonKind::text && is_measured(value.tag)) {
      found.text = std::to_string(value.size);
    } else if (value.kind == JsonKind::text) {
      BoundedString<max_event_text> text;
      append_text(value, text);
      found.text = text.view();
    }
    found_.push_back(found);
  }

  JsonScanner scanner_;
  std::vector<fuzz::Found> found_;
};

void expect(const fuzz::Document& document, const std::vector<fuzz::Found>& found) {
  fuzz::require(found.size() >= document.found.size());
  fuzz::require(!document.is_sound || found.size() == document.found.size());
  fuzz::require(std::equal(document.found.begin(), document.found.end(), found.begin()));
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  if (input.text.starts_with('\xef')) return 0;  // a byte order mark, which is skipped elsewhere
  const fuzz::Document document = fuzz::read_document(input.text, proxy::root);
  proxy::Scan whole;
  whole.show(input.text);
  proxy::expect(document, whole.found());
  proxy::Scan cut;
  fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
  fuzz::require(cut.found() == whole.found());
  return 0;
}
