// SPDX-License-Identifier: MIT
// Cut at the semicolon, compared without regard to case.
#include "proxy/http/media_type.hpp"

#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"

namespace llmgw::http {

std::string_view media_type(std::string_view content_type) noexcept {
  return trim(content_type.substr(0, content_type.find(';')));
}

// Nearly every answer is of one of these two, and most say the first letter by letter, so that this
// is where they are told apart without looking for a semicolon.
bool is_json(std::string_view content_type) noexcept {
  constexpr std::string_view json = "application/json";
  if (content_type == json) return true;
  const std::string_view type = media_type(content_type);
  return equals_ignoring_case(type, json) || ends_ignoring_case(type, "+json");
}

bool is_event_stream(std::string_view content_type) noexcept {
  constexpr std::string_view events = "text/event-stream";
  return starts_ignoring_case(trim(content_type), events) &&
         equals_ignoring_case(media_type(content_type), events);
}

}  // namespace llmgw::http
