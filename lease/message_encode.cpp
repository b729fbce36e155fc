// SPDX-License-Identifier: MIT
// Text out of structs; members that are 0 or false are left out where that is their default.
#include <charconv>
#include <utility>

#include "common/json/escape.hpp"
#include "lease/message.hpp"

namespace llmgw::lease {
namespace {

void append(std::string& out, std::string_view key, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(key).append(digits, static_cast<std::size_t>(end - digits));
}

void append_unless_zero(std::string& out, std::string_view key, std::int64_t value) {
  if (value != 0) append(out, key, value);
}

}  // namespace

std::string encode(const SyncRequest& request) {
  constexpr std::size_t usual_rule = 96;
  std::string out;
  out.reserve(256 + request.rules.size() * usual_rule);
  append_json_string(request.proxy, out.append("{\"proxy\":"));
  append(out, ",\"seq\":", static_cast<std::int64_t>(request.seq));
  if (!request.policy.empty()) append_json_string(request.policy, out.append(",\"policy\":"));
  if (request.was_away) out += ",\"away\":true";
  if (request.is_leaving) out += ",\"leaving\":true";
  out += ",\"rules\":[";
  bool is_first = true;
  for (const RuleAsk& each : request.rules) {
    append_json_string(each.id,
                       out.append(std::exchange(is_first, false) ? "{\"id\":" : ",{\"id\":"));
    append(out, ",\"got\":", each.got);
    append(out, ",\"used\":", each.used);
    append(out, ",\"back\":", each.back);
    append_unless_zero(out, ",\"pending\":", each.pending);
    append_unless_zero(out, ",\"least\":", each.least);
    append_unless_zero(out, ",\"want\":", each.want);
    if (each.is_gone) out += ",\"gone\":true";
    out += '}';
  }
  return out += "]}";
}

std::string encode(const SyncAnswer& answer) {
  constexpr std::size_t usual_rule = 72;
  std::string out;
  out.reserve(256 + answer.rules.size() * usual_rule);
  append(out, "{\"seq\":", static_cast<std::int64_t>(answer.seq));
  append_json_string(answer.authority, out.append(",\"authority\":"));
  append(out, ",\"proxies\":", answer.proxies);
  append(out, ",\"ttl_ms\":", answer.ttl);
  out += ",\"rules\":[";
  bool is_first = true;
  for (const RuleAnswer& each : answer.rules) {
    append_json_string(each.id,
                       out.append(std::exchange(is_first, false) ? "{\"id\":" : ",{\"id\":"));
    append(out, ",\"grant\":", each.grant);
    append(out, ",\"remaining\":", each.remaining);
    append(out, ",\"retry_ms\":", each.retry);
    append_unless_zero(out, ",\"ttl_ms\":", each.ttl);
    append_unless_zero(out, ",\"reset_ms\":", each.reset);
    append_unless_zero(out, ",\"period\":", each.period);
    if (each.is_unknown) out += ",\"unknown\":true";
    if (each.is_refused) out += ",\"refused\":true";
    out += '}';
  }
  return out += "]}";
}

}  // namespace llmgw::lease
