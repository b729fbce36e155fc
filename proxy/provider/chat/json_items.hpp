// SPDX-License-Identifier: MIT
// PURE: the slices of JSON text that translation works with, under its names.
#pragma once

#include "common/json/items.hpp"

namespace llmgw::proxy::chat {

using json_items::append_decoded;
using json_items::decoded;
using json_items::inside_of;
using json_items::is_blank;
using json_items::is_json;
using json_items::is_kind;
using json_items::is_nothing;
using json_items::is_string;
using json_items::is_text;
using json_items::is_vacant;
using json_items::JsonElements;
using json_items::JsonMembers;
using json_items::kind_of;
using json_items::member_of;
using json_items::number_of;
using json_items::Reader;
using json_items::without_blank_end;

}  // namespace llmgw::proxy::chat
