// SPDX-License-Identifier: MIT
// The filter of streams, whole and in pieces; and, where every event is JSON, against a full parse.
#include "proxy/provider/openai/usage_filter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/fuzz/pieces.hpp"
#include "tests/fuzz/sse_reference.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;

void append_pieces(Gather& from, std::string& to) {
  for (const iovec& each : from.pieces())
    to.append(static_cast<const char*>(each.iov_base), each.iov_len);
}

class Filtered {
 public:
  void show(std::string_view piece) {
    Gather out;
    filter_.pass(piece, out);
    append_pieces(out, text_);
  }
  std::string release() {
    Gather out;
    filter_.release(errc::connection_closed, out);
    append_pieces(out, text_);
    return text_;
  }
  std::string finish() {
    Gather out;
    filter_.finish(out);
    append_pieces(out, text_);
    return text_;
  }

 private:
  UsageFilter filter_{false};
  std::string text_;
};

bool names_usage(const std::string& text) { return text.find(R"("usage")") != text.npos; }

// How often a document has `usage` at top level; a parser's object keeps only one of them.
std::size_t count_usage(const std::string& text) {
  std::size_t count = 0;
  const json::parser_callback_t look = [&count](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1 && value == "usage") ++count;
    return true;
  };
  (void)json::parse(text, look, false);
  return count;
}

bool says_more(const json& chunk) {
  return std::any_of(chunk.items().begin(), chunk.items().end(), [](const auto& each) {
    const std::string& name = each.key();
    if (name == "choices" || name == "usage" || name == "timings") return false;
    return each.value().is_structured() ? !each.value().empty()
                                        : name == "error" && !each.value().is_null();
  });
}

// The data of an event as the client is to see them; nothing: it is not to see the event. Sets
// `rests` once the upstream has shown that it reports unasked.
std::optional<json> expected(const std::string& text, bool& rests) {
  json chunk = json::parse(text);
  if (rests || !chunk.is_object() || count_usage(text) != 1) return chunk;
  const json usage = chunk["usage"];
  json without = chunk;
  without.erase("usage");
  if (usage.is_null()) return without;
  if (!usage.is_object() || !chunk.contains("choices") || !chunk["choices"].is_array())
    return chunk;
  rests = !chunk["choices"].empty();
  if (rests) return chunk;
  if (says_more(chunk)) return without;
  return std::nullopt;
}

// Whether the reference can tell: an event that names usage must be JSON, spelt without escapes, a
// NUL, which is an end to the parser, and a byte order mark, which it passes over.
bool is_comparable(const std::string& text, const std::vector<std::string>& events) {
  if (std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }) >
      UsageFilter::line_limit)
    return false;
  return std::all_of(events.begin(), events.end(), [](const std::string& each) {
    if (each.find("\\u") != each.npos || each.find('\0') != each.npos ||
        each.starts_with("\xef\xbb\xbf"))
      return false;
    return !names_usage(each) || json::accept(each);
  });
}

void compare(const std::string& text, const std::string& filtered) {
  std::vector<std::string> before = fuzz::read_event_stream(text).events;
  if (!is_comparable(text, before)) return;
  // Of a last event that never came whole a part may be held back: check_cut() looks at that.
  const bool is_cut = !before.empty() && !json::accept(before.back());
  if (is_cut) before.pop_back();
  std::vector<std::string> after = fuzz::read_event_stream(filtered).events;
  bool rests = false;
  std::size_t at = 0;
  for (const std::string& each : before) {
    if (!names_usage(each)) {
      fuzz::require(at < after.size() && after[at++] == each);
      continue;
    }
    const std::optional<json> wanted = expected(each, rests);
    if (!wanted) continue;
    fuzz::require(at < after.size() && json::parse(after[at++], nullptr, false) == *wanted);
  }
  fuzz::require(at == after.size() || (is_cut && at + 1 == after.size()));
}

// Of the keys of a document, which one counts depends on the parser where one is given twice.
bool has_key_twice(const std::string& text) {
  std::set<std::string> seen;
  bool twice = false;
  const json::parser_callback_t look = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1)
      twice = !seen.insert(value.get<std::string>()).second || twice;
    return true;
  };
  (void)json::parse(text, look, false);
  return twice;
}

// Cut off at any byte, a stream shows a prefix of what it would have shown: no piece of what only
// the gateway asked for.
void check_cut(const fuzz::Input& input, const std::string& filtered) {
  const std::string text(input.text);
  const std::vector<std::string> events = fuzz::read_event_stream(text).events;
  if (!is_comparable(text, events) || std::any_of(events.begin(), events.end(), has_key_twice))
    return;
  Filtered cut;
  const std::size_t size = text.empty() ? 0 : input.seed % text.size();
  fuzz::in_pieces(input.text.substr(0, size), input.seed,
                  [&](std::string_view piece) { cut.show(piece); });
  fuzz::require(filtered.starts_with(cut.release()));
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  proxy::Filtered whole;
  whole.show(input.text);
  const std::string filtered = whole.finish();
  proxy::Filtered cut;
  fuzz::in_pieces(input.text, input.seed, [&](std::string_view piece) { cut.show(piece); });
  fuzz::require(cut.finish() == filtered);
  fuzz::require(filtered.size() <= input.text.size());
  proxy::compare(std::string(input.text), filtered);
  proxy::check_cut(input, filtered);
  return 0;
}
