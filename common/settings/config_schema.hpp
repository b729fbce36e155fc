// SPDX-License-Identifier: MIT
// PURE: the schema and the page of the configuration file, from the tables that its reader goes by.
#pragma once

#include <string>
#include <vector>

#include "common/settings/config_form.hpp"

namespace llmgw {

/// JSON Schema 2020-12, closed, of an object with these members.
std::string config_schema(const std::vector<MemberFacts>& members);

/// | `providers.NAME.type` | default | meaning | rows of Markdown, one a member.
std::string config_table(const std::vector<MemberFacts>& members);

}  // namespace llmgw
