// SPDX-License-Identifier: MIT
// The file's content, or what is wrong with it.
#include "common/settings/events_token.hpp"

namespace llmgw {

EventsToken read_events_token(Settings& settings, const FileReader& read, std::string_view name) {
  const auto path = settings.text(name);
  if (!path) return {};
  // A token that was put where a path belongs must not reach the log.
  const std::string shown = path->find('/') == std::string::npos ? "***" : *path;
  auto content = read(*path);
  if (!content) {
    settings.fault(name, shown, "cannot be read: " + content.error().message());
    return {};
  }
  auto tokens = BearerTokens::parse(std::move(*content));
  if (!tokens) {
    settings.fault(name, shown,
                   "must hold a token, or two while it is changed, each a line of visible ASCII "
                   "without spaces (what it holds is not shown)");
    return {};
  }
  return {*path, std::move(*tokens)};
}

}  // namespace llmgw
