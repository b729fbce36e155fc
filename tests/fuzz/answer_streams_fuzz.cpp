// SPDX-License-Identifier: MIT
// The streams of both translated dialects, whole and in pieces, bounded; what comes out is read.
#include <nlohmann/json.hpp>
#include <string>

#include "proxy/provider/anthropic/answer_body.hpp"
#include "proxy/provider/anthropic/answer_error.hpp"
#include "proxy/provider/anthropic/answer_stream.hpp"
#include "proxy/provider/gemini/answer_body.hpp"
#include "proxy/provider/gemini/answer_error.hpp"
#include "proxy/provider/gemini/answer_stream.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;
using State = StreamTranslation::State;
using MakeStream = std::unique_ptr<StreamTranslation> (*)(const AnswerTerms&, std::size_t);

constexpr std::size_t most_event = 2048;

struct Result {
  std::string out = {};
  State state = State::waiting;
  std::string code = {};

  bool operator==(const Result&) const = default;
};

class Translated {
 public:
  Translated(MakeStream make, std::uint32_t seed)
      : stream_(make({.provider = "p",
                      .model = "m",
                      .request_id = "r",
                      .created = 1,
                      .wants_usage = (seed & 1) != 0,
                      .shows_reasoning = (seed & 2) != 0},
                     most_event)) {}

  void show(std::string_view piece) { stream_->pass(piece, result_.out); }
  Result finish(bool is_whole) {
    result_.state = stream_->finish(is_whole, "upstream_aborted", result_.out);
    result_.code = stream_->error().code;
    return result_;
  }

 private:
  std::unique_ptr<StreamTranslation> stream_;
  Result result_;
};

// Without the bytes that are no UTF-8, which are copied: a parser refuses those.
std::string as_text(std::string_view bytes) {
  std::string text(bytes);
  for (char& c : text) c = static_cast<unsigned char>(c) < 0x80 ? c : 'x';
  return text;
}

void check_event(std::string_view event, bool& is_error) {
  if (event == ": ping") return;
  fuzz::require(event.starts_with("data: ") && event.find_first_of("\r\n") == event.npos);
  event.remove_prefix(6);
  const json chunk = json::parse(as_text(event), nullptr, false);
  fuzz::require(chunk.is_object());
  is_error = chunk.contains("error");
  fuzz::require(is_error || (chunk.contains("id") && chunk.contains("choices")));
}

// Whole events, and one end: [DONE] or an error, by the state.
void check_output(const Result& result) {
  std::string_view out = result.out;
  fuzz::require(result.state != State::waiting && result.state != State::open);
  fuzz::require(out.empty() == (result.state == State::failed));
  bool is_error = false;
  bool is_done = false;
  while (!out.empty()) {
    fuzz::require(!is_error && !is_done);
    const std::size_t end = out.find("\n\n");
    fuzz::require(end != out.npos);
    is_done = out.substr(0, end) == "data: [DONE]";
    if (!is_done) check_event(out.substr(0, end), is_error);
    out.remove_prefix(end + 2);
  }
  fuzz::require(is_done == (result.state == State::ended));
  fuzz::require(is_error == (result.state == State::broken));
}

void check_stream(MakeStream make, const fuzz::Input& input) {
  for (const bool is_whole : {true, false}) {
    Translated whole(make, input.seed);
    whole.show(input.text);
    const Result expected = whole.finish(is_whole);
    check_output(expected);
    Translated cut(make, input.seed);
    fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
    fuzz::require(cut.finish(is_whole) == expected);
  }
}

void check_bodies(const fuzz::Input& input) {
  const AnswerTerms terms{.provider = "p", .model = "m", .request_id = "r"};
  for (const auto& answer : {anthropic_answer(input.text, terms), gemini_answer(input.text, terms)})
    fuzz::require(!answer || json::accept(as_text(answer->body)));
  for (const auto& error : {anthropic_error(400, input.text), gemini_error(400, input.text)})
    fuzz::require(error.message.size() <= 4096 && json::accept(to_json(error, "p")));
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  proxy::check_stream(proxy::anthropic_stream, input);
  proxy::check_stream(proxy::gemini_stream, input);
  proxy::check_bodies(input);
  return 0;
}
