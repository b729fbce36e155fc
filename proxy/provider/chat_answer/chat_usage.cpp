// SPDX-License-Identifier: MIT
// Members and nested objects appear once something is in them.
#include "proxy/provider/chat_answer/chat_usage.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "proxy/provider/chat_answer/json_copy.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

struct NamedCount {
  std::string_view name;
  Count count;
};

void separate(std::string& out) {
  if (out.back() != '{') out += ',';
}

void append_key(std::string_view name, std::string& out) {
  separate(out);
  out += '"';
  out += name;
  out += "\":";
}

void append_members(std::initializer_list<NamedCount> counts, std::string& out) {
  for (const auto& [name, count] : counts) {
    if (!count) continue;
    append_key(name, out);
    append_count(*count, out);
  }
}

void append_details(std::string_view name, std::initializer_list<NamedCount> counts,
                    std::string& out) {
  const auto is_known = [](const NamedCount& each) { return each.count.has_value(); };
  if (std::ranges::none_of(counts, is_known)) return;
  append_key(name, out);
  out += '{';
  append_members(counts, out);
  out += '}';
}

}  // namespace

Count sum(Count a, Count b) noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (!a) return b;
  if (!b) return a;
  return std::min(std::min(*a, most) + std::min(*b, most), most);
}

void replace(Count& count, Count later) noexcept {
  if (later) count = later;
}

void append_usage(const ChatUsage& usage, std::string& out) {
  out += '{';
  append_members({{"prompt_tokens", usage.prompt},
                  {"completion_tokens", usage.completion},
                  {"total_tokens", usage.total}},
                 out);
  append_details("prompt_tokens_details",
                 {{"cached_tokens", usage.cached},
                  {"cache_write_tokens", usage.cache_write},
                  {"audio_tokens", usage.prompt_audio},
                  {"image_tokens", usage.prompt_image}},
                 out);
  append_details("completion_tokens_details",
                 {{"reasoning_tokens", usage.reasoning},
                  {"audio_tokens", usage.completion_audio},
                  {"image_tokens", usage.completion_image}},
                 out);
  out += '}';
}

}  // namespace llmgw::proxy::chat_answer
