// SPDX-License-Identifier: MIT
// Three members, each of one type.
#include "proxy/provider/gemini/extensions.hpp"

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/gemini/json_out.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::JsonMembers;
using chat::Losses;

struct Place {
  std::string_view name;
  JsonKind kind;
  std::string_view fault;
  std::string_view GeminiExtensions::*value;
};
constexpr Place places[] = {
    {"thinking_config", JsonKind::object, "has to be an object",
     &GeminiExtensions::thinking_config},
    {"safety_settings", JsonKind::array, "has to be an array", &GeminiExtensions::safety_settings},
    {"cached_content", JsonKind::text, "has to be a string", &GeminiExtensions::cached_content},
};

bool read_member(const JsonMember& member, Losses& losses, GeminiExtensions& extensions) {
  for (const Place& place : places) {
    if (!chat::is_text(member.key, place.name)) continue;
    if (!chat::is_kind(member.value, place.kind))
      return losses.reject("extra_body.google." + std::string(place.name), place.fault);
    extensions.*place.value = member.value;
    return true;
  }
  losses.drop_unknown("extra_body.google.", member.key);
  return true;
}

bool read_google(std::string_view google, Losses& losses, GeminiExtensions& extensions) {
  if (!chat::is_kind(google, JsonKind::object))
    return losses.reject("extra_body.google", "has to be an object");
  JsonMembers members(google);
  for (JsonMember each; members.next(each);) {
    if (!chat::is_nothing(each.value) && !read_member(each, losses, extensions)) return false;
  }
  return true;
}

}  // namespace

bool read_extensions(std::string_view extra_body, Losses& losses, GeminiExtensions& extensions) {
  if (extra_body.empty()) return true;
  if (!chat::is_kind(extra_body, JsonKind::object))
    return losses.reject("extra_body", "has to be an object");
  JsonMembers members(extra_body);
  for (JsonMember each; members.next(each);) {
    if (chat::is_nothing(each.value)) continue;
    if (!chat::is_text(each.key, "google")) {
      losses.drop_unknown("extra_body.", each.key);
    } else if (!read_google(each.value, losses, extensions)) {
      return false;
    }
  }
  return true;
}

void append_extensions(const GeminiExtensions& extensions, std::string& out) {
  if (!extensions.safety_settings.empty())
    append_member("safetySettings", extensions.safety_settings, out);
  if (!extensions.cached_content.empty())
    append_member("cachedContent", extensions.cached_content, out);
}

}  // namespace llmgw::proxy::gemini
