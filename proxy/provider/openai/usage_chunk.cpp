// SPDX-License-Identifier: MIT
// A byte search first, then one pass over brackets and strings; only usage that is not null, once a
// stream, takes a parse.
#include "proxy/provider/openai/usage_chunk.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>

#include "common/json/nesting.hpp"
#include "common/json/reader.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw::proxy {
namespace {

using Kind = ChunkVerdict::Kind;
using Reader = JsonReader<JsonForm::any>;
constexpr std::string_view key = R"("usage")";

bool begins_key(const char* at, const char* end) noexcept {
  return static_cast<std::size_t>(end - at) >= key.size() &&
         std::memcmp(at, key.data(), key.size()) == 0;
}

// The next key in [at, end), or `end`. A quote before a `u` is rare.
const char* find_key(const char* at, const char* end) noexcept {
  constexpr std::ptrdiff_t step = ByteBlock::size;
  for (; end - at > step; at += step) {
    auto marks = ((ByteBlock::load(at) == '"') & (ByteBlock::load(at + 1) == 'u')).marks();
    for (; marks != 0; marks &= marks - 1) {
      const char* const found = at + ByteBlock::first(marks);
      if (begins_key(found, end)) return found;
    }
  }
  while (at != end && !begins_key(at, end)) ++at;
  return at;
}

// A member of the outermost object: its key, its value, and where that ends.
struct Member {
  const char* from = nullptr;
  const char* value = nullptr;
  const char* to = nullptr;
};

// Takes the member out so that what is left is what had been written without it.
ChunkVerdict cut(std::string_view json, const Member& usage) noexcept {
  const Reader reader(json);
  const char* from = usage.from;
  const char* to = usage.to;
  const char* before = from;
  while (Reader::is_blank(before[-1])) --before;  // ends at the object's brace, if not sooner
  if (before[-1] == ',') {
    from = before - 1;
  } else if (const char* const behind = reader.blanks(to); before[-1] != '{') {
    return {};
  } else if (reader.peek(behind) == ',') {
    to = reader.blanks(behind + 1);
  }
  return {Kind::cut, static_cast<std::size_t>(from - json.data()),
          static_cast<std::size_t>(to - from)};
}

// Whether the chunk says more than that there is usage. llama.cpp's timings, which are counts and
// durations, move to the usage chunk when there is one.
bool says_more(const nlohmann::json& chunk) {
  for (const auto& [name, value] : chunk.items()) {
    if (name == "choices" || name == "usage" || name == "timings") continue;
    if (value.is_structured() ? !value.empty() : name == "error" && !value.is_null()) return true;
  }
  return false;
}

ChunkVerdict judge_usage(std::string_view json, const Member& usage, bool is_asked_for) noexcept
    try {
  const auto chunk = nlohmann::json::parse(json, nullptr, false);
  if (!chunk.is_object()) return {};
  const auto choices = chunk.find("choices");
  if (choices == chunk.end() || !choices->is_array()) return {};
  if (choices->empty()) return says_more(chunk) ? cut(json, usage) : ChunkVerdict{Kind::drop};
  return is_asked_for ? cut(json, usage) : ChunkVerdict{Kind::unasked};
} catch (const std::exception&) {
  return {};
}

// The member that begins at `at`, if it is one and its value null or an object.
Member read_member(const Reader& reader, const char* at) noexcept {
  Member member{.from = at};
  at = reader.token(reader.blanks(at + key.size()), ':');
  if (at == nullptr) return {};
  member.value = reader.blanks(at);
  if (const char* const behind = reader.token(member.value, "null")) {
    const char next = reader.peek(reader.blanks(behind));
    if (next == ',' || next == '}') member.to = behind;
  } else if (reader.peek(member.value) == '{') {
    JsonNesting nesting;
    member.to = nesting.skip(member.value + 1, member.value + reader.remaining(member.value));
  }
  return member;
}

// Behind a member whose value is neither object nor array. Null if it is not, or is another
// `usage`.
const char* skip_plain_member(const Reader& reader, const char* at) noexcept {
  std::string_view name;
  at = reader.key(at, name);
  if (at == nullptr || name == key.substr(1, key.size() - 2)) return nullptr;
  const char first = reader.peek(at);
  return first == '{' || first == '[' ? nullptr : reader.value(at);
}

// Most chunks end in `,"usage":null}`, perhaps with a few plain members before the brace. If the
// whole is JSON this is the end of the outermost object, so that no look at the rest is needed.
ChunkVerdict judge_end(std::string_view json) noexcept {
  constexpr std::string_view value = ":null";
  constexpr std::size_t window = 128;
  if (json.size() < 2 || json.front() != '{' || json.back() != '}') return {};
  const char* const brace = json.data() + json.size() - 1;
  const char* const from = brace - std::min(window, json.size() - 2);
  const char* const found = find_key(from, brace);
  if (found == brace || found[-1] != ',') return {};
  const char* const colon = found + key.size();
  if (!std::string_view(colon, static_cast<std::size_t>(brace - colon)).starts_with(value))
    return {};
  const char* at = colon + value.size();
  const Member usage{.from = found, .value = colon + 1, .to = at};
  const Reader reader(json);
  while (at != nullptr && at != brace && *at == ',') at = skip_plain_member(reader, at + 1);
  return at == brace ? cut(json, usage) : ChunkVerdict{};
}

// Brackets and strings all through.
ChunkVerdict judge_whole(std::string_view json, bool is_all, bool is_asked_for) noexcept {
  const char* const end = json.data() + json.size();
  const Reader reader(json);
  const char* at = reader.blanks(json.data());
  if (at == end) return {Kind::incomplete};
  if (*at++ != '{') return {};
  const char* found = find_key(at, end);
  if (found == end && is_all) return {};
  Member usage;
  JsonNesting nesting;
  for (; found != end; found = find_key(found + key.size(), end)) {
    at = nesting.skip(at, found);
    if (!nesting.is_open()) return {};
    if (!nesting.is_at_top()) continue;
    const Member member = read_member(reader, found);
    if (member.value == nullptr) continue;  // a text of that name
    if (usage.value != nullptr) return {};  // which of two would count?
    usage = member;
  }
  at = nesting.skip(at, end);
  if (nesting.is_open()) return {is_all ? Kind::keep : Kind::incomplete};
  if (reader.blanks(at) != end || usage.to == nullptr) return {};
  if (*usage.value == 'n') return cut(json, usage);
  return judge_usage(json, usage, is_asked_for);
}

}  // namespace

ChunkVerdict judge_chunk(std::string_view json, bool is_all,
                         bool usage_beside_choices_is_asked_for) noexcept {
  const ChunkVerdict at_end = judge_end(json);
  if (is_all && at_end.kind == Kind::cut) return at_end;
  const ChunkVerdict verdict = judge_whole(json, is_all, usage_beside_choices_is_asked_for);
  const bool is_settled = verdict.kind == Kind::incomplete || at_end.kind != Kind::cut;
  return is_settled ? verdict : at_end;
}

}  // namespace llmgw::proxy
