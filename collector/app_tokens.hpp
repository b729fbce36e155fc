// SPDX-License-Identifier: MIT
// TokenFile: the bearer tokens of one file, as it stands now.
#pragma once

#include <functional>
#include <string>

#include "common/async/file_watch.hpp"
#include "common/settings/events_token.hpp"

namespace llmgw::collector {

/// Tells what is valid at the start and after each change. Belongs to its loop's thread.
class TokenFile {
 public:
  using Take = std::function<void(const BearerTokens& tokens)>;

  /// `what`: begins the lines of the log, as `events token`. `take`: called at once, and later.
  TokenFile(Loop& loop, const EventsToken& at_start, std::string what, Take take);

  void stop() noexcept { watch_.stop(); }

 private:
  void look(Result<std::string> content);

  std::string file_;
  std::string what_;
  BearerTokens tokens_;  // that are accepted now
  Take take_;
  FileWatch watch_;
};

}  // namespace llmgw::collector
