// SPDX-License-Identifier: MIT
// The table of options.
#include "tests/mock_upstream/behaviour.hpp"

#include <algorithm>
#include <array>

#include "tests/mock_upstream/base64.hpp"
#include "tests/mock_upstream/behaviour_option.hpp"

namespace llmgw::mock {
namespace {

constexpr Name<UsagePlace> usage_places[] = {
    {"top", UsagePlace::top},       {"null", UsagePlace::null},
    {"none", UsagePlace::none},     {"choices", UsagePlace::choices},
    {"first", UsagePlace::first},   {"details", UsagePlace::details},
    {"x_groq", UsagePlace::x_groq}, {"late", UsagePlace::late},
    {"grows", UsagePlace::grows},   {"iterations", UsagePlace::iterations},
};
constexpr Name<PlainFraming> framings[] = {
    {"length", PlainFraming::length},
    {"chunked", PlainFraming::chunked},
    {"close", PlainFraming::close},
};

constexpr Name<Refusal> refusals[] = {
    {"mistral", Refusal::mistral},
    {"azure", Refusal::azure},
    {"openai", Refusal::openai},
};

constexpr Option options[] = {
    {{"status=CODE", "answers with that status; from 300 on with an error body of the dialect"},
     [](Text text, Behaviour& to) { return read_status(text, to.status, 200, 599); }},
    {{"fail_first=N",
      "the first N calls of one key fail with status= (500 if unset), later ones succeed"},
     [](Text text, Behaviour& to) { return read(text, to.fail_first); }},
    {{"key=TEXT", "what fail_first counts by"},
     [](Text text, Behaviour& to) {
       to.key = text;
       return true;
     }},
    {{"chunks=N", "content chunks of a stream; by default one for each word of the answer"},
     [](Text text, Behaviour& to) { return read(text, to.chunks); }},
    {{"size=BYTES",
      "each content chunk is that many letters instead of words; one chunk unless chunks= says "
      "else"},
     [](Text text, Behaviour& to) { return read(text, to.size); }},
    {{"pace=MS", "stream: silence between content chunks"},
     [](Text text, Behaviour& to) { return read(text, to.pace); }},
    {{"gap=MS", "stream: silence after the first content chunk"},
     [](Text text, Behaviour& to) { return read(text, to.gap); }},
    {{"gate=NAME",
      "waits for POST /mock/release?gate=NAME: a stream after its first content chunk, else before "
      "the head"},
     [](Text text, Behaviour& to) {
       to.gate = text;
       return !text.empty();
     }},
    {{"delay=MS", "silence before the head"},
     [](Text text, Behaviour& to) { return read(text, to.delay); }},
    {{"usage=PLACE",
      "top, null, none, choices, first, details or x_groq: where usage is, asked for or not; of "
      "Anthropic's streams none, details, late, grows or iterations"},
     [](Text text, Behaviour& to) { return read_name(text, to.usage, usage_places); }},
    {{"cut=N|head",
      "closes after N content chunks of a stream or N body bytes, or before any byte"},
     [](Text text, Behaviour& to) {
       to.cut_head = text == "head";
       return to.cut_head || read(text, to.cut);
     }},
    {{"framing=KIND", "length, chunked or close; a stream is chunked unless close is asked for"},
     [](Text text, Behaviour& to) { return read_name(text, to.framing, framings); }},
    {{"trailers=1", "a chunked answer ends with the trailer x-mock-trailer"},
     [](Text text, Behaviour& to) { return read(text, to.trailers); }},
    {{"error_after=N", "stream: an error event after N content chunks, and its end without [DONE]"},
     [](Text text, Behaviour& to) { return read(text, to.error_after); }},
    {{"tools=1",
      "the answer is a call of the request's first tool, unless its last message is what a tool "
      "returned; not of completions and embeddings"},
     [](Text text, Behaviour& to) { return read(text, to.tools); }},
    {{"results=N",
      "with tools=1: calls again until tools have returned N results since the user's last text; "
      "calls have their `step` among the arguments, and the answer ends with the results"},
     [](Text text, Behaviour& to) { return read(text, to.results); }},
    {{"json=1", "the answer's text is a JSON object with the last user text as its `echo`"},
     [](Text text, Behaviour& to) { return read(text, to.json); }},
    {{"number=N", "what the answer's ids end in; the running number of the call by default"},
     [](Text text, Behaviour& to) { return read(text, to.number); }},
    {{"raw=BASE64", "writes exactly these bytes and closes"},
     [](Text text, Behaviour& to) {
       to.raw = decode_base64(text);
       return to.raw.has_value();
     }},
    {{"hang=1", "takes the request and never answers"},
     [](Text text, Behaviour& to) { return read(text, to.hang); }},
    {{"early=1", "answers 413 without reading the body; in X-Mock only"},
     [](Text text, Behaviour& to) { return read(text, to.early); }},
    {{"refuse=NAME", "mistral, azure or openai: refuses requests with stream_options as these do"},
     [](Text text, Behaviour& to) { return read_name(text, to.refuse, refusals); }},
    {{"informational=CODE", "an interim response first, such as 103"},
     [](Text text, Behaviour& to) { return read_status(text, to.informational, 100, 199); }},
};

constexpr auto help_lines = help_of(options);

std::optional<std::string> apply(Text item, Behaviour& behaviour) {
  const std::size_t equals = item.find('=');
  const Text name = item.substr(0, equals);
  const Option* found = find_option(options, name);
  if (found == nullptr) found = find_option(native_options(), name);
  if (found == nullptr) return "unknown option " + std::string(name);
  if (equals != item.npos && found->apply(item.substr(equals + 1), behaviour)) return std::nullopt;
  return std::string(item) + ": wanted " + std::string(found->help.form);
}

}  // namespace

Checked<Behaviour> parse_behaviour(std::string_view text) {
  Behaviour behaviour;
  Faults faults;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (auto fault = apply(text.substr(0, comma), behaviour))
      faults.lines.push_back(*std::move(fault));
    text = comma == text.npos ? Text() : text.substr(comma + 1);
  }
  if (!faults.lines.empty()) return faults;
  return behaviour;
}

std::span<const OptionHelp> behaviour_help() noexcept { return help_lines; }

}  // namespace llmgw::mock
