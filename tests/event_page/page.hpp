// SPDX-License-Identifier: MIT
// The published description of the metering event, for machines and for people.
#pragma once

#include <string>

namespace llmgw {

/// JSON Schema 2020-12 of what gateways of this version write.
std::string event_schema();

/// A table in Markdown, one line a field.
std::string event_table();

}  // namespace llmgw
