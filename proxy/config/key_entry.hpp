// SPDX-License-Identifier: MIT
// PURE: one entry of the section `keys`.
#pragma once

#include "common/settings/config_reader.hpp"
#include "proxy/config/keys.hpp"

namespace llmgw::proxy {

/// What a key may be called, and whose it may be: neither may be a key itself.
extern const TextForm key_id_form;
extern const TextForm key_tenant_form;

/// Of an entry, with its members.
extern const Form key_entry_form;

/// Reads one that has that form; `limits`: of the file.
void read_key_entry(ConfigReader& reader, const ConfigValue& value,
                    const quota::LimitSettings& limits, KeySettings& into);

}  // namespace llmgw::proxy
