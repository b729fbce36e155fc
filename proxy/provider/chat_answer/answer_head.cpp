// SPDX-License-Identifier: MIT
// Names come from the upstream, or from the gateway where that gives none.
#include "proxy/provider/chat_answer/answer_head.hpp"

#include <algorithm>
#include <cstdint>

#include "proxy/provider/chat_answer/json_copy.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

constexpr std::size_t most_name = 256;

bool is_usable(std::string_view name) noexcept { return !name.empty() && name.size() <= most_name; }

// FNV-1a, and a last round that spreads it over all bits.
std::uint64_t digest(std::string_view text, std::uint64_t seed) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 29;
}

void append_digits(std::uint64_t value, std::size_t count, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
  for (; count > 0; --count, value >>= 5) out += digits[value & 31];
}

}  // namespace

void append_answer_head(std::string_view object, const AnswerNames& names, const AnswerTerms& terms,
                        std::string& out) {
  out += R"({"id":")";
  if (is_usable(names.id)) {
    append_raw(names.id, out);
  } else {
    out += "chatcmpl-";
    append_escaped(terms.request_id, out);
  }
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  append_count(static_cast<std::uint64_t>(std::max<std::int64_t>(terms.created, 0)), out);
  out += R"(,"model":")";
  if (is_usable(names.model)) {
    append_raw(names.model, out);
  } else {
    append_escaped(terms.model, out);
  }
  out += R"(","choices":[)";
}

std::string call_id(std::string_view given, std::string_view request_id, std::size_t choice,
                    std::size_t number) {
  if (!given.empty()) return std::string(given);
  std::string source(request_id);
  source += ' ';
  append_count(choice, source);
  source += ' ';
  append_count(number, source);
  std::string id = "call_";
  append_digits(digest(source, 0), 12, id);
  append_digits(digest(source, 1), 12, id);
  return id;
}

}  // namespace llmgw::proxy::chat_answer
