// SPDX-License-Identifier: MIT
// Base64 and addresses are copied as JSON spells them.
#include "proxy/provider/gemini/media_part.hpp"

#include "proxy/provider/chat/data_url.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/gemini/json_out.hpp"
#include "proxy/provider/gemini/media_type.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::ChatPart;
using chat::inside_of;
using chat::Losses;
using chat::member_of;

constexpr std::string_view no_data = "has to be a data URL of base64";
constexpr std::string_view no_base64 = "has to be base64";

void append_inline_data(std::string_view type, std::string_view data, std::string& out) {
  out += R"({"inlineData":{)";
  append_text_member("mimeType", type, out);
  append_text_member("data", data, out);
  out += "}}";
}

void append_file_data(std::string_view url, std::string& out) {
  out += R"({"fileData":{)";
  const std::string_view type = media_type_of(url);
  if (!type.empty()) append_text_member("mimeType", type, out);
  append_text_member("fileUri", url, out);
  out += "}}";
}

bool append_image(const ChatPart& part, Losses& losses, std::string& out) {
  const std::string path = part.path + ".image_url.url";
  const std::string_view detail = member_of(part.media, "detail");
  if (!chat::is_nothing(detail) && !chat::is_string(detail, "auto"))
    losses.drop("image_url.detail");
  const auto url = inside_of(member_of(part.media, "url"));
  if (!url) return losses.reject(path, "has to be a string");
  if (const auto data = chat::parse_data_url(*url)) {
    append_inline_data(data->type, data->data, out);
    return true;
  }
  if (chat::is_data_url(*url)) return losses.reject(path, no_data);
  if (!chat::is_web_url(*url))
    return losses.reject(path, "has to be a data URL, or one of http or https");
  append_file_data(*url, out);
  return true;
}

bool append_audio(const ChatPart& part, Losses& losses, std::string& out) {
  const std::string path = part.path + ".input_audio";
  const std::string_view format = member_of(part.media, "format");
  const bool is_wav = chat::is_string(format, "wav");
  if (!is_wav && !chat::is_string(format, "mp3"))
    return losses.reject(path + ".format", "has to be wav or mp3");
  const auto data = inside_of(member_of(part.media, "data"));
  if (!data || !chat::is_base64(*data)) return losses.reject(path + ".data", no_base64);
  append_inline_data(is_wav ? "audio/wav" : "audio/mp3", *data, out);
  return true;
}

// `data`: the inside of a string.
bool append_file_bytes(const ChatPart& part, std::string_view data, Losses& losses,
                       std::string& out) {
  const std::string path = part.path + ".file";
  const auto name = inside_of(member_of(part.media, "filename"));
  if (name) losses.drop("file.filename");
  if (const auto known = chat::parse_data_url(data)) {
    append_inline_data(known->type, known->data, out);
    return true;
  }
  if (chat::is_data_url(data)) return losses.reject(path + ".file_data", no_data);
  if (!chat::is_base64(data)) return losses.reject(path + ".file_data", no_base64);
  const std::string_view type = media_type_of(name.value_or(""));
  if (type.empty()) return losses.reject(path + ".filename", "has to tell the type by its ending");
  append_inline_data(type, data, out);
  return true;
}

bool append_file(const ChatPart& part, Losses& losses, std::string& out) {
  const std::string path = part.path + ".file";
  if (const auto data = inside_of(member_of(part.media, "file_data")))
    return append_file_bytes(part, *data, losses, out);
  const auto id = inside_of(member_of(part.media, "file_id"));
  if (!id) return losses.reject(path, "has to have file_data or file_id");
  if (!chat::is_https_url(*id))
    return losses.reject(path + ".file_id", "has to be the https URI of a file");
  append_file_data(*id, out);
  return true;
}

}  // namespace

bool append_media_part(const ChatPart& part, Losses& losses, std::string& out) {
  switch (part.kind) {
    case chat::PartKind::image: return append_image(part, losses, out);
    case chat::PartKind::audio: return append_audio(part, losses, out);
    case chat::PartKind::file: return append_file(part, losses, out);
    case chat::PartKind::text: break;
  }
  return losses.reject(part.path, "has to be an image, sound or a file");
}

}  // namespace llmgw::proxy::gemini
