// SPDX-License-Identifier: MIT
// Signatures are looked at and copied, never decoded.
#include "proxy/provider/anthropic/thinking_blocks.hpp"

#include "proxy/provider/chat/data_url.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ObjectWriter;

bool write_thinking(std::string_view block, BlockWriter& writer) {
  const auto signature = chat::inside_of(chat::member_of(block, "signature"));
  if (!signature || !chat::is_whole_base64(*signature)) return false;
  const auto text = chat::inside_of(chat::member_of(block, "thinking"));
  ObjectWriter object(writer.begin());
  object.text("type", "thinking");
  object.text("thinking", text.value_or(""));
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

bool write_block(std::string_view block, BlockWriter& writer) {
  const std::string_view type = chat::member_of(block, "type");
  if (chat::is_string(type, "thinking")) return write_thinking(block, writer);
  if (chat::is_string(type, "redacted_thinking")) return write_redacted(block, writer);
  return false;
}

}  // namespace

bool write_thinking_blocks(std::string_view blocks, chat::Losses& losses, BlockWriter& writer) {
  if (!chat::is_vacant(blocks) && !chat::is_kind(blocks, JsonKind::array))
    losses.drop("thinking_blocks");
  bool is_any = false;
  chat::JsonElements elements(blocks);
  for (std::string_view each; elements.next(each);) {
    const bool is_written = write_block(each, writer);
    if (!is_written) losses.drop("thinking_blocks");
    is_any = is_any || is_written;
  }
  return is_any;
}

}  // namespace llmgw::proxy::anthropic
