// SPDX-License-Identifier: MIT
// PURE: options to an order, an order to the lines.
#include "proxy/tenant/new_key.hpp"

#include "common/json/escape.hpp"
#include "common/system/sha256.hpp"
#include "proxy/config/key_entry.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view usage =
    "--new-key takes --tenant NAME, and may take --id NAME and --test";

Faults fault(std::string_view reason) { return {{std::string(reason)}}; }

std::string hash_of(std::string_view key) { return "hash: \"sha256:" + sha256_hex(key) + "\""; }

}  // namespace

Checked<NewKey> parse_new_key(std::span<const char* const> arguments) {
  NewKey asked;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (name == "--test") {
      asked.kind = KeyKind::test;
    } else if (name == "--tenant" && has_value && asked.tenant.empty()) {
      asked.tenant = arguments[++i];
      if (!key_tenant_form.fits(asked.tenant))
        return fault("--tenant: not " + std::string(key_tenant_form.accepted));
    } else if (name == "--id" && has_value && asked.id.empty()) {
      asked.id = arguments[++i];
      if (!key_id_form.fits(asked.id))
        return fault("--id: not " + std::string(key_id_form.accepted));
    } else {
      return fault(usage);
    }
  }
  if (asked.tenant.empty()) return fault(usage);
  return asked;
}

std::string new_key_text(const NewKey& asked, const std::function<std::uint64_t()>& random) {
  const std::string key = make_gateway_key(asked.kind, random);
  std::string text = key + "\n\nkeys:\n  - id: ";
  append_json_string(asked.id.empty() ? "k_" + random_base62(8, random) : asked.id, text);
  text += "\n    " + hash_of(key) + "\n    tenant: ";
  append_json_string(asked.tenant, text);
  return text += '\n';
}

Checked<std::string> hash_line(const Secret& typed) {
  std::string_view key = typed.reveal();
  while (key.ends_with('\n') || key.ends_with('\r')) key.remove_suffix(1);
  if (may_be_key(key)) return hash_of(key) + "\n";
  if (is_of_gateway(key))
    return fault(
        "this begins as keys of this gateway do, and its checksum is wrong: a character "
        "is missing, or another one");
  return fault("a key is 16 to 256 characters of visible ASCII, on standard input");
}

}  // namespace llmgw::proxy
