// SPDX-License-Identifier: MIT
// Signatures are looked at and copied, never decoded.
#include "proxy/provider/anthropic/thinking_blocks.hpp"

#include "proxy/provider/chat/data_url.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ObjectWriter;

std::string_view text_of(std::string_view block) {
  return chat::inside_of(chat::member_of(block, "thinking")).value_or("");
}

bool is_thinking(std::string_view block) {
  return chat::is_string(chat::member_of(block, "type"), "thinking");
}

// A stream's texts came apart from the signatures, and joined: of several blocks they cannot be
// told apart again.
struct Apart {
  std::string_view text = {};
  bool is_ambiguous = false;
};

Apart read_apart(std::string_view blocks, std::string_view reasoning) {
  const auto text = chat::inside_of(reasoning);
  if (!text || text->empty()) return {};
  std::size_t count = 0;
  chat::JsonElements elements(blocks);
  for (std::string_view each; elements.next(each);) {
    if (!is_thinking(each)) continue;
    if (!text_of(each).empty()) return {};
    ++count;
  }
  return count > 1 ? Apart{.is_ambiguous = true} : Apart{.text = *text};
}

bool write_thinking(std::string_view block, const Apart& apart, BlockWriter& writer) {
  const auto signature = chat::inside_of(chat::member_of(block, "signature"));
  if (!signature || !chat::is_whole_base64(*signature)) return false;
  if (apart.is_ambiguous) return false;
  const std::string_view text = text_of(block);
  ObjectWriter object(writer.begin());
  object.text("type", "thinking");
  object.text("thinking", text.empty() ? apart.text : text);
  object.text("signature", *signature);
  writer.end_unmarked();
  return true;
}

bool write_redacted(std::string_view block, BlockWriter& writer) {
  const auto data = chat::inside_of(chat::member_of(block, "data"));
  if (!data || data->empty()) return false;
  ObjectWriter object(writer.begin());
  object.text("type", "redacted_thinking");
  object.text("data", *data);
  writer.end_unmarked();
  return true;
}

bool write_block(std::string_view block, const Apart& apart, BlockWriter& writer) {
  if (is_thinking(block)) return write_thinking(block, apart, writer);
  if (chat::is_string(chat::member_of(block, "type"), "redacted_thinking"))
    return write_redacted(block, writer);
  return false;
}

}  // namespace

bool write_thinking_blocks(std::string_view blocks, std::string_view reasoning,
                           chat::Losses& losses, BlockWriter& writer) {
  if (!chat::is_vacant(blocks) && !chat::is_kind(blocks, JsonKind::array))
    losses.drop("thinking_blocks");
  const Apart apart = read_apart(blocks, reasoning);
  bool is_any = false;
  chat::JsonElements elements(blocks);
  for (std::string_view each; elements.next(each);) {
    const bool is_written = write_block(each, apart, writer);
    if (!is_written) losses.drop("thinking_blocks");
    is_any = is_any || is_written;
  }
  return is_any;
}

}  // namespace llmgw::proxy::anthropic
