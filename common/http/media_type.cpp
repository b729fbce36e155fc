// SPDX-License-Identifier: MIT
// Cut at the semicolon, compared without regard to case.
#include "common/http/media_type.hpp"

#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"

namespace llmgw::http {

std::string_view media_type(std::string_view content_type) noexcept {
  return trim(content_type.substr(0, content_type.find(';')));
}

// Nearly every answer says the first, letter by letter.
bool is_json(std::string_view media_type) noexcept {
  constexpr std::string_view json = "application/json";
  return media_type == json || equals_ignoring_case(media_type, json) ||
         ends_ignoring_case(media_type, "+json");
}

bool is_event_stream(std::string_view media_type) noexcept {
  constexpr std::string_view events = "text/event-stream";
  return media_type == events || equals_ignoring_case(media_type, events);
}

}  // namespace llmgw::http
