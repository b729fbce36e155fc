// SPDX-License-Identifier: MIT
// Base64 is copied as it stands; of plain text alone it is taken off, since the API wants that
// bare.
#include "proxy/provider/anthropic/media.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/text/case_blind.hpp"
#include "proxy/provider/anthropic/plain_text.hpp"
#include "proxy/provider/chat/data_url.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ChatPart;
using chat::DataUrl;
using chat::Losses;
using chat::ObjectWriter;

constexpr std::string_view image_types[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};

void write_base64(ObjectWriter& block, const DataUrl& data) {
  ObjectWriter source(block.key("source"));
  source.text("type", "base64");
  source.text("media_type", data.type);
  source.text("data", data.data);
  source.end();
}

// The object stays open for a mark.
bool write_image(const ChatPart& part, Losses& losses, BlockWriter& blocks) {
  const std::string path = part.path + ".image_url.url";
  const auto url = chat::inside_of(chat::member_of(part.media, "url"));
  if (!url) return losses.reject(path, "has to be a string");
  const std::string_view detail = chat::member_of(part.media, "detail");
  if (!chat::is_nothing(detail) && !chat::is_string(detail, "auto"))
    losses.drop("image_url.detail");
  const auto data = chat::parse_data_url(*url);
  if (!data && !chat::is_web_url(*url))
    return losses.reject(path, "has to be a data URL in base64, or one of http or https");
  if (data && std::find(std::begin(image_types), std::end(image_types), data->type) ==
                  std::end(image_types))
    return losses.reject(path, "has to be of type image/jpeg, image/png, image/gif or image/webp");
  ObjectWriter block(blocks.begin());
  block.text("type", "image");
  if (data) {
    write_base64(block, *data);
  } else {
    ObjectWriter source(block.key("source"));
    source.text("type", "url");
    source.text("url", *url);
    source.end();
  }
  return true;
}

// Bare base64 has the type that the file's name ends with.
std::optional<DataUrl> read_file_data(std::string_view data, std::string_view filename) {
  if (chat::is_data_url(data)) return chat::parse_data_url(data);
  if (!chat::is_base64(data)) return std::nullopt;
  if (ends_ignoring_case(filename, ".pdf")) return DataUrl{"application/pdf", data};
  if (ends_ignoring_case(filename, ".txt")) return DataUrl{"text/plain", data};
  return std::nullopt;
}

void write_title(std::string_view filename, ObjectWriter& block) {
  if (!chat::is_blank(filename)) block.text("title", filename);
}

bool write_file_data(const ChatPart& part, std::string_view inside, std::string_view filename,
                     Losses& losses, BlockWriter& blocks) {
  const std::string path = part.path + ".file.file_data";
  const auto data = read_file_data(inside, filename);
  const bool is_pdf = data && data->type == "application/pdf";
  const bool is_text = data && data->type.starts_with("text/");
  if (!is_pdf && !is_text) return losses.reject(path, "has to be a PDF or text, in base64");
  if (is_text && !is_plain_text(data->data)) return losses.reject(path, "holds no text");
  ObjectWriter block(blocks.begin());
  block.text("type", "document");
  if (is_pdf) {
    write_base64(block, *data);
  } else {
    ObjectWriter source(block.key("source"));
    source.text("type", "text");
    source.text("media_type", "text/plain");
    append_plain_text(data->data, source.key("data"));
    source.end();
  }
  write_title(filename, block);
  return true;
}

bool write_file_id(const ChatPart& part, std::string_view id, Losses& losses, BlockWriter& blocks) {
  if (!id.starts_with("file_"))
    return losses.reject(part.path + ".file.file_id",
                         "has to be the id of one of Anthropic's files");
  ObjectWriter block(blocks.begin());
  block.text("type", "document");
  ObjectWriter source(block.key("source"));
  source.text("type", "file");
  source.text("file_id", id);
  source.end();
  return true;
}

bool write_file(const ChatPart& part, Losses& losses, BlockWriter& blocks) {
  const auto filename = chat::inside_of(chat::member_of(part.media, "filename"));
  if (const auto data = chat::inside_of(chat::member_of(part.media, "file_data")))
    return write_file_data(part, *data, filename.value_or(""), losses, blocks);
  if (const auto id = chat::inside_of(chat::member_of(part.media, "file_id")))
    return write_file_id(part, *id, losses, blocks);
  return losses.reject(part.path + ".file", "has to hold file_data or file_id");
}

}  // namespace

bool write_part(const ChatPart& part, Losses& losses, BlockWriter& blocks) {
  using chat::PartKind;
  if (part.kind == PartKind::text) {
    blocks.text(part.text, part.cache_control, part.has_breakpoint);
    return true;
  }
  if (part.kind == PartKind::audio)
    return losses.reject(part.path, "cannot be carried over: the provider takes no audio");
  const bool is_written = part.kind == PartKind::image ? write_image(part, losses, blocks)
                                                       : write_file(part, losses, blocks);
  if (is_written) blocks.end(part.cache_control, part.has_breakpoint);
  return is_written;
}

}  // namespace llmgw::proxy::anthropic
