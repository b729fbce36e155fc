// SPDX-License-Identifier: MIT
// One pass over the text by JsonReader, a table of members for each kind of object.
#include "lease/message.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "common/json/reader.hpp"
#include "common/json/scalar.hpp"

namespace llmgw::lease {
namespace {

using Reader = JsonReader<JsonForm::any>;

bool is_visible(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name && is_visible(text);
}

// Reads one message; the first fault is kept, and each method then returns nullptr.
class Decoder {
 public:
  Decoder(std::string_view text, std::deque<std::string>& texts) : reader_(text), texts_(texts) {}

  /// What a member of T is read by; `at` is where its value begins.
  template <class T>
  struct Row {
    std::string_view name;
    const char* (*read)(Decoder& decoder, const char* at, T& into);
  };

  template <class T, std::size_t size>
  std::optional<MessageFault> message(const Row<T> (&rows)[size], T& into) {
    const char* at = object(reader_.blanks(reader_.begin()), rows, into);
    if (at != nullptr && reader_.remaining(reader_.blanks(at)) > 0)
      at = fail("there is more behind the object");
    if (at == nullptr) return MessageFault{reason_};
    return std::nullopt;
  }

  template <class T, std::size_t size>
  const char* object(const char* at, const Row<T> (&rows)[size], T& into) {
    if (reader_.token(at, '{') == nullptr) return fail("an object is expected");
    at = reader_.blanks(at + 1);
    if (reader_.peek(at) == '}') return at + 1;
    for (;; at = reader_.blanks(at + 1)) {
      std::string_view key;
      at = reader_.key(at, key);
      if (at == nullptr) return fail("the JSON is broken");
      const auto row =
          std::find_if(rows, rows + size, [&](const auto& each) { return each.name == key; });
      at = row == rows + size ? other(at) : row->read(*this, at, into);
      if (at == nullptr) return nullptr;
      at = reader_.blanks(at);
      if (reader_.peek(at) == '}') return at + 1;
      if (reader_.peek(at) != ',') return fail("the JSON is broken");
    }
  }

  template <class T, std::size_t size>
  const char* list(const char* at, const Row<T> (&rows)[size], std::vector<T>& into) {
    if (reader_.token(at, '[') == nullptr) return fail("`rules` is no list");
    if (!into.empty()) return fail("`rules` is there twice");
    at = reader_.blanks(at + 1);
    if (reader_.peek(at) == ']') return at + 1;
    for (;; at = reader_.blanks(at + 1)) {
      if (into.size() == most_rules) return fail("there are too many rules");
      at = object(at, rows, into.emplace_back());
      if (at == nullptr) return nullptr;
      if (into.back().id.empty()) return fail("a rule has no `id`");
      at = reader_.blanks(at);
      if (reader_.peek(at) == ']') return at + 1;
      if (reader_.peek(at) != ',') return fail("the JSON is broken");
    }
  }

  template <class N>
  const char* number(const char* at, N& into, std::uint64_t most) {
    std::uint64_t value = 0;
    at = reader_.count(at, value);
    if (at == nullptr || is_part_of_number(reader_.peek(at)))
      return fail("a number is no whole one of 0 or more");
    if (value > most) return fail("a number is too large");
    into = static_cast<N>(value);
    return at;
  }

  const char* boolean(const char* at, bool& into) {
    const char* const yes = reader_.token(at, "true");
    const char* const end = yes != nullptr ? yes : reader_.token(at, "false");
    if (end == nullptr) return fail("what is true or false is neither");
    into = yes != nullptr;
    return end;
  }

  const char* text(const char* at, std::string_view& into, bool (*fits)(std::string_view)) {
    std::string_view raw;
    at = reader_.string(at, raw);
    if (at == nullptr) return fail("a text is none");
    into = raw.find('\\') == std::string_view::npos ? raw : unescaped(raw);
    if (!fits(into))
      return fail("a text is empty, too long, or has other bytes than visible ASCII");
    return at;
  }

 private:
  static bool is_part_of_number(char c) noexcept {
    return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E';
  }

  const char* other(const char* at) {
    at = reader_.value(at);
    return at == nullptr ? fail("the JSON is broken") : at;
  }

  std::string_view unescaped(std::string_view raw) {
    std::string& made = texts_.emplace_back();
    while (!raw.empty()) {
      const std::size_t plain = std::min(raw.find('\\'), raw.size());
      made += raw.substr(0, plain);
      raw.remove_prefix(plain);
      if (raw.empty()) break;
      const Utf8Character character = take_escape(raw);
      made.append(character.bytes, character.size);
    }
    return made;
  }

  std::nullptr_t fail(std::string_view reason) noexcept {
    reason_ = reason;
    return nullptr;
  }

  Reader reader_;
  std::deque<std::string>& texts_;
  std::string_view reason_;
};

// A row that reads a number of units, a time, or a text into a member.
template <class T, Units T::*member>
constexpr auto units = [](Decoder& decoder, const char* at, T& into) {
  return decoder.number(at, into.*member, static_cast<std::uint64_t>(most_units));
};
template <class T, std::int64_t T::*member>
constexpr auto wait = [](Decoder& decoder, const char* at, T& into) {
  return decoder.number(at, into.*member, static_cast<std::uint64_t>(most_wait));
};
template <class T, std::uint64_t T::*member>
constexpr auto count = [](Decoder& decoder, const char* at, T& into) {
  return decoder.number(at, into.*member, static_cast<std::uint64_t>(most_units));
};
template <class T, bool T::*member>
constexpr auto boolean =
    [](Decoder& decoder, const char* at, T& into) { return decoder.boolean(at, into.*member); };
template <class T, std::string_view T::*member, bool (*fits)(std::string_view)>
constexpr auto text =
    [](Decoder& decoder, const char* at, T& into) { return decoder.text(at, into.*member, fits); };

bool is_rule_id(std::string_view value) { return is_id(value); }
bool is_plain_name(std::string_view value) { return is_name(value); }
bool is_policy(std::string_view value) { return value.empty() || is_name(value); }

constexpr Decoder::Row<RuleAsk> ask_rows[] = {
    {"id", text<RuleAsk, &RuleAsk::id, is_rule_id>}, {"got", units<RuleAsk, &RuleAsk::got>},
    {"used", units<RuleAsk, &RuleAsk::used>},        {"back", units<RuleAsk, &RuleAsk::back>},
    {"pending", units<RuleAsk, &RuleAsk::pending>},  {"least", units<RuleAsk, &RuleAsk::least>},
    {"want", units<RuleAsk, &RuleAsk::want>},        {"gone", boolean<RuleAsk, &RuleAsk::is_gone>},
};

constexpr Decoder::Row<SyncRequest> request_rows[] = {
    {"proxy", text<SyncRequest, &SyncRequest::proxy, is_plain_name>},
    {"seq", count<SyncRequest, &SyncRequest::seq>},
    {"policy", text<SyncRequest, &SyncRequest::policy, is_policy>},
    {"away", boolean<SyncRequest, &SyncRequest::was_away>},
    {"leaving", boolean<SyncRequest, &SyncRequest::is_leaving>},
    {"rules", [](Decoder& decoder, const char* at,
                 SyncRequest& into) { return decoder.list(at, ask_rows, into.rules); }},
};

constexpr Decoder::Row<RuleAnswer> answer_rows[] = {
    {"id", text<RuleAnswer, &RuleAnswer::id, is_rule_id>},
    {"grant", units<RuleAnswer, &RuleAnswer::grant>},
    {"remaining", units<RuleAnswer, &RuleAnswer::remaining>},
    {"retry_ms", wait<RuleAnswer, &RuleAnswer::retry>},
    {"ttl_ms", wait<RuleAnswer, &RuleAnswer::ttl>},
    {"reset_ms", wait<RuleAnswer, &RuleAnswer::reset>},
    {"period", units<RuleAnswer, &RuleAnswer::period>},
    {"unknown", boolean<RuleAnswer, &RuleAnswer::is_unknown>},
    {"refused", boolean<RuleAnswer, &RuleAnswer::is_refused>},
};

constexpr Decoder::Row<SyncAnswer> sync_answer_rows[] = {
    {"seq", count<SyncAnswer, &SyncAnswer::seq>},
    {"authority", text<SyncAnswer, &SyncAnswer::authority, is_plain_name>},
    {"proxies", [](Decoder& decoder, const char* at,
                   SyncAnswer& into) { return decoder.number(at, into.proxies, 1'000'000); }},
    {"ttl_ms", wait<SyncAnswer, &SyncAnswer::ttl>},
    {"rules", [](Decoder& decoder, const char* at,
                 SyncAnswer& into) { return decoder.list(at, answer_rows, into.rules); }},
};

}  // namespace

void throw_exception_from_error(const MessageFault& fault, const boost::source_location&) {
  throw std::runtime_error(std::string(fault.reason));
}

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_id && is_visible(text);
}

Decoded<SyncRequest> decode_request(std::string_view text) {
  if (text.size() > most_bytes) return MessageFault{"the message is too large"};
  SyncRequest made;
  if (const auto fault = Decoder(text, made.texts).message(request_rows, made)) return *fault;
  if (made.proxy.empty()) return MessageFault{"there is no `proxy`"};
  if (made.seq == 0) return MessageFault{"there is no `seq` of 1 or more"};
  return made;
}

Decoded<SyncAnswer> decode_answer(std::string_view text) {
  if (text.size() > most_bytes) return MessageFault{"the message is too large"};
  SyncAnswer made;
  if (const auto fault = Decoder(text, made.texts).message(sync_answer_rows, made)) return *fault;
  if (made.authority.empty()) return MessageFault{"there is no `authority`"};
  if (made.seq == 0) return MessageFault{"there is no `seq` of 1 or more"};
  if (made.ttl == 0) return MessageFault{"there is no `ttl_ms` of 1 or more"};
  return made;
}

}  // namespace llmgw::lease
