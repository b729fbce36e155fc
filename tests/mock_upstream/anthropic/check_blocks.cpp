// SPDX-License-Identifier: MIT
// One content block after the other: its kind, its members and what they hold.
#include <algorithm>
#include <vector>

#include "tests/mock_upstream/anthropic/check.hpp"
#include "tests/mock_upstream/base64.hpp"
#include "tests/mock_upstream/signature.hpp"

namespace llmgw::mock::anthropic {
namespace {

// Who may have a block of that kind: u(ser), a(ssistant), s(ystem), t(ool result).
struct Kind {
  std::string_view type;
  std::string_view roles;
  std::initializer_list<std::string_view> members;
};

const Kind kinds[] = {
    {"text", "uast", {"type", "text", "cache_control", "citations"}},
    {"image", "ut", {"type", "source", "cache_control", "transformations"}},
    {"document", "ut", {"type", "source", "cache_control", "citations", "context", "title"}},
    {"search_result", "ut", {"type", "source", "title", "content", "citations", "cache_control"}},
    {"tool_use", "a", {"type", "id", "name", "input", "cache_control", "caller", "toolset_name"}},
    {"tool_result",
     "u",
     {"type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name"}},
    {"thinking", "a", {"type", "thinking", "signature"}},
    {"redacted_thinking", "a", {"type", "data"}},
};

// Blocks that the provider's own tools leave behind are its own affair.
bool is_of_servers(std::string_view type) {
  return type.starts_with("server_") || type.starts_with("mcp_") || type == "compaction" ||
         (type.ends_with("_tool_result") && type != "tool_result");
}

bool is_id(std::string_view id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
    const char lower = lower_case(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void check_id(const Json& id, const std::string& path, Complaint& complaint) {
  complaint.add_if(!is_id(text_of(id)), path,
                   path + ": String should match pattern '^[a-zA-Z0-9_-]+$'");
}

void check_source(const Json& block, const std::string& path, Complaint& complaint) {
  const Json& source = at(block, "source");
  const std::string type = text_of(at(source, "type"));
  const std::string media_type = text_of(at(source, "media_type"));
  if (type == "base64") {
    check_members(source, path, {"type", "media_type", "data"}, complaint);
    complaint.add_if(!decode_base64(text_of(at(source, "data"))) || !has(source, "data"),
                     path + ".data", path + ".base64.data: invalid base64 data");
    constexpr std::string_view images[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};
    const bool pdf = text_of(at(block, "type")) == "document" && media_type == "application/pdf";
    const bool image =
        std::find(std::begin(images), std::end(images), media_type) != std::end(images);
    complaint.add_if(!pdf && (!image || text_of(at(block, "type")) != "image"),
                     path + ".media_type",
                     path +
                         ".base64.media_type: Input should be 'image/jpeg', 'image/png', "
                         "'image/gif' or 'image/webp'");
  } else if (type == "url") {
    check_members(source, path, {"type", "url"}, complaint);
    complaint.add_if(!text_of(at(source, "url")).starts_with("http"), path + ".url",
                     path + ".url.url: Only HTTPS URLs are supported");
  } else {
    complaint.add_if(type != "text" && type != "file" && type != "content", path + ".type",
                     path + ": Input tag '" + type + "' does not match any of the expected tags");
  }
}

void check_tool_use(const Json& block, const std::string& path, Complaint& complaint) {
  check_id(at(block, "id"), path + ".id", complaint);
  complaint.add_if(text_of(at(block, "name")).empty(), path + ".name",
                   path + ".name: Field required");
  complaint.add_if(!at(block, "input").is_object(), path + ".input",
                   path + ".input: Input should be a valid dictionary");
}

void check_thinking(const Json& block, const std::string& path, Complaint& complaint) {
  const Json& text = at(block, "thinking");
  complaint.add_if(!text.is_string(), path + ".thinking", path + ".thinking: Field required");
  const std::string signature = text_of(at(block, "signature"));
  complaint.add_if(signature.empty(), path + ".signature", path + ".signature: Field required");
  complaint.add_if(signature != signature_of(text_of(text)), path + ".signature",
                   path + ": Invalid `signature` in `thinking` block");
}

void check_block(const Json& block, const std::string& path, Complaint& complaint) {
  const std::string type = text_of(at(block, "type"));
  if (type == "text") {
    complaint.add_if(!at(block, "text").is_string(), path + ".text",
                     path + ".text: Field required");
    complaint.add_if(text_of(at(block, "text")).empty(), path + ".text",
                     "messages: text content blocks must be non-empty");
  } else if (type == "image" || type == "document") {
    check_source(block, path + ".source", complaint);
  } else if (type == "tool_use") {
    check_tool_use(block, path, complaint);
  } else if (type == "tool_result") {
    check_id(at(block, "tool_use_id"), path + ".tool_use_id", complaint);
    if (has(block, "content") && !at(block, "content").is_string())
      check_blocks(at(block, "content"), "tool", path + ".content", complaint);
  } else if (type == "thinking") {
    check_thinking(block, path, complaint);
  } else if (type == "redacted_thinking") {
    complaint.add_if(text_of(at(block, "data")).empty(), path + ".data",
                     path + ".data: Field required");
  }
}

void check_mark(const Json& mark, const std::string& path, Complaint& complaint) {
  if (mark.is_null()) return;
  check_members(mark, path, {"type", "ttl"}, complaint);
  complaint.add_if(text_of(at(mark, "type")) != "ephemeral", path,
                   path + ".type: Input should be 'ephemeral'");
}

}  // namespace

void check_blocks(const Json& blocks, std::string_view role, const std::string& path,
                  Complaint& complaint) {
  if (blocks.is_string()) {
    const bool empty = text_of(blocks).empty() && role != "system";
    complaint.add_if(empty, path, path + ": messages must have non-empty content");
    return;
  }
  if (complaint.add_if(!blocks.is_array(), path, path + ": Input should be a valid list")) return;
  complaint.add_if(blocks.empty() && role != "system" && role != "tool", path,
                   path + ": messages must have non-empty content");
  for (std::size_t index = 0; index < blocks.size() && !complaint.has_fault(); ++index) {
    const Json& block = blocks[index];
    const std::string type = text_of(at(block, "type"));
    const std::string place = path + "." + std::to_string(index);
    if (is_of_servers(type)) continue;
    const auto* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                    [&type](const Kind& each) { return each.type == type; });
    const char initial = role.empty() ? ' ' : role.front();
    if (complaint.add_if(kind == std::end(kinds) || kind->roles.find(initial) == kind->roles.npos,
                         place,
                         place + ": Input tag '" + type + "' found using 'type' does not match " +
                             "any of the expected tags of role '" + std::string(role) + "'"))
      return;
    check_members(block, place, kind->members, complaint);
    check_mark(at(block, "cache_control"), place + ".cache_control", complaint);
    check_block(block, place, complaint);
  }
}

}  // namespace llmgw::mock::anthropic
