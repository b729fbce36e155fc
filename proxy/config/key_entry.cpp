// SPDX-License-Identifier: MIT
// The members of a key's entry.
#include "proxy/config/key_entry.hpp"

#include <algorithm>

#include "common/text/timestamp.hpp"
#include "quota/key_limits.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_patterns = 1'000;

// A key that was put where its name belongs would be in every event.
bool looks_like_key(std::string_view text) {
  return text.starts_with("gw_live_") || text.starts_with("gw_test_");
}

bool is_id(std::string_view text) { return name_form.fits(text) && !looks_like_key(text); }

bool is_tenant_name(std::string_view text) {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest && !looks_like_key(text) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

constexpr std::string_view hash_prefix = "sha256:";

int value_of_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_hash(std::string_view text) {
  if (!text.starts_with(hash_prefix)) return false;
  text.remove_prefix(hash_prefix.size());
  return text.size() == 2 * Sha256Digest().size() &&
         std::all_of(text.begin(), text.end(), [](char c) { return value_of_digit(c) >= 0; });
}

Sha256Digest digest_in(std::string_view hash) {
  hash.remove_prefix(hash_prefix.size());
  Sha256Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<unsigned char>(value_of_digit(hash[2 * i]) * 16 +
                                           value_of_digit(hash[2 * i + 1]));
  return digest;
}

bool is_time(std::string_view text) { return parse_timestamp(text).has_value(); }

}  // namespace

constinit const TextForm key_id_form{"1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, and no key",
                                     "^(?!gw_(live|test)_)[A-Za-z0-9._-]{1,64}$", is_id};
constinit const TextForm key_tenant_form{"1 to 128 of visible ASCII without blanks, and no key",
                                         "^(?!gw_(live|test)_)[!-~]{1,128}$", is_tenant_name};

namespace {

constexpr TextForm hash_form{
    "`sha256:` and the 64 hexadecimal digits of the whole key's SHA-256, in lower case; "
    "`llm-proxy --hash-key` makes them, and the key itself stands nowhere",
    "^sha256:[0-9a-f]{64}$", is_hash};
constexpr TextForm time_form{
    "a time such as 2027-03-01T00:00:00Z",
    "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$", is_time};

constexpr Form pattern_item{.shape = Form::Shape::text, .text = &pattern_form};
constexpr Form patterns{
    .shape = Form::Shape::one_or_list, .least = 1, .most = most_patterns, .each = &pattern_item};
constexpr Form time{.shape = Form::Shape::text, .text = &time_form};

std::vector<std::string> texts_of(const ConfigValue& value) {
  if (value.kind == ConfigValue::Kind::text) return {value.text};
  std::vector<std::string> texts;
  for (const ConfigValue& each : value.items) texts.push_back(each.text);
  return texts;
}

std::string joined_by_comma(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& each : texts) all.append(all.empty() ? "" : ", ").append(each);
  return all;
}

std::string text_of(const std::optional<KeySettings::Time>& at) {
  if (!at) return {};
  std::array<char, timestamp_size> stamp;
  write_timestamp(*at, stamp.data());
  return {stamp.data(), stamp.size()};
}

/// What the rows fill, with what they look at.
struct Item : KeySettings {
  explicit Item(const quota::LimitSettings& of) : settings(of) {}
  const quota::LimitSettings& settings;
};

constexpr auto limits_of = [](auto& item) -> auto& { return item.limits; };
constexpr auto settings_of = [](auto& item) -> auto& { return item.settings; };
constexpr auto limit_rows = quota::key_limit_rows<Item, limits_of, settings_of>();

using KeyRow = Member<Item>;

constexpr std::array<KeyRow, 13> rows{{
    {{.name = "id",
      .value = "",
      .meaning = "what events, logs and metrics call it; no two keys have the same",
      .form = {.shape = Form::Shape::text, .text = &key_id_form},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.id = value.text; }},
    {{.name = "hash",
      .value = "",
      .meaning = "`sha256:` and the SHA-256 of the whole key; no two keys have the same",
      .form = {.shape = Form::Shape::text, .text = &hash_form},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.hash = digest_in(value.text);
     }},
    {{.name = "tenant",
      .value = "",
      .meaning = "whose requests those with this key are",
      .form = {.shape = Form::Shape::text, .text = &key_tenant_form},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.tenant = value.text; }},
    {{.name = "models",
      .value = "",
      .meaning = "what may be asked for with it, as clients spell it; one, or a list of which one "
                 "has to fit, `*` at the end for any text. Other requests are answered 403, and "
                 "those with a body that names no model 400",
      .form = patterns,
      .shown = "any"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.models = texts_of(value); }},
    {{.name = "not_before",
      .value = "",
      .meaning = "it is good from then on",
      .form = time,
      .shown = "always"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.not_before = parse_timestamp(value.text);
     }},
    {{.name = "expires",
      .value = "",
      .meaning = "it is good until then",
      .form = time,
      .shown = "never"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.expires = parse_timestamp(value.text);
     }},
    {{.name = "disabled",
      .value = "",
      .meaning = "`true`: refused, and still known by its name",
      .form = {.shape = Form::Shape::boolean},
      .shown = "`false`"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.is_disabled = value.text == "true";
     }},
    {{.name = "tenant_header",
      .value = "refuse",
      .meaning = "what `X-LLM-Tenant` or `X-Tenant` may say with it: `refuse` any but its own "
                 "tenant with 403, `ignore` them, or `trust` them within `tenants`",
      .form = {.shape = Form::Shape::word, .words = tenant_header_words}},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       const auto found = std::ranges::find(tenant_header_words, value.text);
       into.tenant_header = static_cast<TenantHeader>(found - tenant_header_words.begin());
     }},
    {{.name = "tenants",
      .value = "",
      .meaning = "with `tenant_header: trust`, where it is required: whom those fields may name "
                 "beside its own tenant; as `models`",
      .form = patterns,
      .shown = "none"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.tenants = texts_of(value); }},
    limit_rows[0],
    limit_rows[1],
    limit_rows[2],
    limit_rows[3],
}};

// In one line, as there may be thousands. The hash is left out: it says nothing to people.
std::string shown(const KeySettings& key) {
  std::string text = key.id + " of " + key.tenant;
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text.append("; ").append(name).append(" ").append(value);
  };
  add("models", joined_by_comma(key.models));
  add("not_before", text_of(key.not_before));
  add("expires", text_of(key.expires));
  if (key.is_disabled) add("disabled", "true");
  if (key.tenant_header != TenantHeader::refuse)
    add("tenant_header",
        std::string(tenant_header_words[static_cast<std::size_t>(key.tenant_header)]));
  add("tenants", joined_by_comma(key.tenants));
  add("plan", key.limits.plan);
  std::vector<std::string> rules;
  for (const quota::LimitRule& each : key.limits.limits) rules.push_back(each.id);
  add("limits", joined_by_comma(rules));
  if (key.limits.abort)
    add("abort",
        std::string(quota::abort_billing_words[static_cast<std::size_t>(*key.limits.abort)]));
  return text;
}

void check_whole(ConfigReader& reader, const ConfigValue& value, const KeySettings& key) {
  const bool trusts = key.tenant_header == TenantHeader::trust;
  if (trusts && key.tenants.empty())
    reader.fault(value.place, "`tenant_header: trust` needs `tenants`; `\"*\"` is anybody");
  if (!trusts && !key.tenants.empty())
    reader.fault(value.place, "`tenants` is for `tenant_header: trust` alone");
  if (key.not_before && key.expires && *key.expires <= *key.not_before)
    reader.fault(value.place, "`expires` is not behind `not_before`, so that it is never good");
}

}  // namespace

constinit const Form key_entry_form{.shape = Form::Shape::object, .members = [] {
                                      return facts_of(std::span<const KeyRow>(rows));
                                    }};

void read_key_entry(ConfigReader& reader, const ConfigValue& value,
                    const quota::LimitSettings& limits, KeySettings& into) {
  Item item(limits);
  reader.object(value, std::span<const KeyRow>(rows), item);
  item.KeySettings::limits.id = item.id;
  into = std::move(item);
  check_whole(reader, value, into);
  reader.show(value.place, shown(into));
}

}  // namespace llmgw::proxy
