// SPDX-License-Identifier: MIT
// Types that Gemini's models take.
#include "proxy/provider/gemini/media_type.hpp"

#include <utility>

#include "common/text/case_blind.hpp"

namespace llmgw::proxy::gemini {
namespace {

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {"png", "image/png"},    {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},
    {"webp", "image/webp"},  {"gif", "image/gif"},       {"heic", "image/heic"},
    {"heif", "image/heif"},  {"bmp", "image/bmp"},       {"pdf", "application/pdf"},
    {"txt", "text/plain"},   {"md", "text/markdown"},    {"csv", "text/csv"},
    {"html", "text/html"},   {"htm", "text/html"},       {"xml", "text/xml"},
    {"css", "text/css"},     {"js", "text/javascript"},  {"json", "application/json"},
    {"wav", "audio/wav"},    {"mp3", "audio/mp3"},       {"flac", "audio/flac"},
    {"ogg", "audio/ogg"},    {"aac", "audio/aac"},       {"aiff", "audio/aiff"},
    {"mp4", "video/mp4"},    {"mov", "video/quicktime"}, {"webm", "video/webm"},
    {"mpeg", "video/mpeg"},  {"mpg", "video/mpg"},       {"avi", "video/x-msvideo"},
    {"py", "text/x-python"},
};

}  // namespace

std::string_view media_type_of(std::string_view name) noexcept {
  name = name.substr(0, name.find_first_of("?#"));
  const std::size_t dot = name.find_last_of("./");
  if (dot == name.npos || name[dot] != '.') return {};
  const std::string_view ending = name.substr(dot + 1);
  for (const auto& [known, type] : types) {
    if (equals_ignoring_case(ending, known)) return type;
  }
  return {};
}

}  // namespace llmgw::proxy::gemini
