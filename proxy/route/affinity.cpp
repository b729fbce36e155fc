// SPDX-License-Identifier: MIT
// The same for every worker and every process.
#include "proxy/route/affinity.hpp"

#include "common/json/reader.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t begin_size = 1024;  // of a body: system prompt and first message

// FNV-1a, its last bits mixed once more: they choose among few.
std::uint64_t hash(std::string_view text, std::uint64_t so_far) noexcept {
  for (const char c : text) so_far = (so_far ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return so_far ^ (so_far >> 29);
}

std::string_view cache_key(std::string_view body) noexcept {
  const JsonReader<JsonForm::any> reader(body);
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  while (at != nullptr) {
    JsonMember member;
    at = reader.member(reader.blanks(at), member);
    if (at == nullptr) break;
    if (member.key == "prompt_cache_key" && member.value.starts_with('"')) return member.value;
    at = reader.token(reader.blanks(at), ',');
  }
  return {};
}

}  // namespace

std::uint64_t affinity_of(std::string_view tenant, std::string_view body) noexcept {
  const std::uint64_t of_tenant = hash(tenant, 0xcbf29ce484222325);
  const std::string_view key = cache_key(body);
  return hash(key.empty() ? body.substr(0, begin_size) : key, of_tenant);
}

}  // namespace llmgw::proxy
