// SPDX-License-Identifier: MIT
// The table of those options that came with other dialects than OpenAI's.
#include "tests/mock_upstream/behaviour_option.hpp"

namespace llmgw::mock {
namespace {

constexpr Name<Thinking> thinkings[] = {
    {"1", Thinking::text},
    {"0", Thinking::none},
    {"empty", Thinking::empty},
    {"redacted", Thinking::redacted},
};

constexpr Name<StandIns> stand_ins[] = {
    {"any", StandIns::any},
    {"coded", StandIns::coded},
    {"plain", StandIns::plain},
    {"none", StandIns::none},
};

constexpr Option options[] = {
    {{"keys=KEY", "401 unless KEY comes in the dialect's own field, and no other credential"},
     [](Text text, Behaviour& to) {
       to.native.key = text;
       return !text.empty();
     }},
    {{"check=0", "azure, anthropic, gemini: takes requests that the provider would refuse"},
     [](Text text, Behaviour& to) { return read(text, to.native.check); }},
    {{"cut_events=N", "stream: closes after N events of whatever kind"},
     [](Text text, Behaviour& to) { return read(text, to.native.cut_events); }},
    {{"head_gap=MS", "stream: silence between the head and the first event"},
     [](Text text, Behaviour& to) { return read(text, to.native.head_gap); }},
    {{"error_first=1", "stream: an error event and nothing else"},
     [](Text text, Behaviour& to) { return read(text, to.native.error_first); }},
    {{"error=CODE", "the status whose kind an error event names, such as 529"},
     [](Text text, Behaviour& to) {
       return read_status(text, to.native.error.emplace(), 400, 599);
     }},
    {{"retry=SECONDS", "how long an answer 429 asks to wait; 0: it does not say"},
     [](Text text, Behaviour& to) { return read(text, to.native.retry); }},
    {{"thinking=KIND",
      "anthropic, gemini: 1 (text and signature), empty (signature alone) or redacted, before the "
      "answer"},
     [](Text text, Behaviour& to) { return read_name(text, to.native.thinking, thinkings); }},
    {{"calls=N", "anthropic, gemini: with tools=1, so many calls at once"},
     [](Text text, Behaviour& to) {
       return read(text, to.native.calls) && *to.native.calls <= 1000;
     }},
    {{"no_arguments=1", "anthropic, gemini: these calls have no arguments"},
     [](Text text, Behaviour& to) { return read(text, to.native.no_arguments); }},
    {{"preface=1", "anthropic, gemini: the answer's text stands before the calls"},
     [](Text text, Behaviour& to) { return read(text, to.native.preface); }},
    {{"call_ids=0", "gemini: calls without an id"},
     [](Text text, Behaviour& to) { return read(text, to.native.call_ids); }},
    {{"signs=0", "gemini: calls without a signature"},
     [](Text text, Behaviour& to) { return read(text, to.native.signs); }},
    {{"stand_in=KIND",
      "gemini: what it takes for a signature that was lost: any (coded or plain), coded, plain or "
      "none"},
     [](Text text, Behaviour& to) { return read_name(text, to.native.stand_ins, stand_ins); }},
    {{"finish=WORD", "anthropic, gemini: the reason for the end, in the provider's own word"},
     [](Text text, Behaviour& to) {
       to.native.finish = text;
       return !text.empty();
     }},
    {{"finish_late=1", "gemini: the reason comes in an event of its own, without content"},
     [](Text text, Behaviour& to) { return read(text, to.native.finish_late); }},
    {{"block=WHY", "gemini: a blocked prompt and no candidates; azure: 400 content_filter"},
     [](Text text, Behaviour& to) {
       to.native.block = text;
       return !text.empty();
     }},
    {{"most_tokens=N", "anthropic: the largest legal max_tokens; by default the model's"},
     [](Text text, Behaviour& to) { return read(text, to.native.most_tokens); }},
    {{"page=N", "anthropic, gemini: so many models at most on one page of their list"},
     [](Text text, Behaviour& to) { return read(text, to.native.page) && *to.native.page > 0; }},
};

constexpr auto help_lines = help_of(options);

}  // namespace

std::span<const Option> native_options() noexcept { return options; }
std::span<const OptionHelp> native_behaviour_help() noexcept { return help_lines; }

}  // namespace llmgw::mock
