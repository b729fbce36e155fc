// SPDX-License-Identifier: MIT
// A change is taken as a whole or not at all.
#include "collector/app_tokens.hpp"

#include <utility>

#include "common/log/log.hpp"

namespace llmgw::collector {

TokenFile::TokenFile(Loop& loop, const EventsToken& at_start, std::string what, Take take)
    : file_(at_start.file),
      what_(std::move(what)),
      tokens_(at_start.tokens),
      take_(std::move(take)),
      watch_(loop, file_, [this](Result<std::string> content) { look(std::move(content)); }) {
  take_(tokens_);
  watch_.start();
}

void TokenFile::look(Result<std::string> content) {
  auto tokens = content ? BearerTokens::parse(std::move(*content)) : content.error();
  if (!tokens)
    return log::warn(what_ + " file not usable, keeping the last token",
                     {{"file", file_}, {"reason", tokens.error().message()}});
  if (*tokens == tokens_) return;
  tokens_ = std::move(*tokens);
  take_(tokens_);
  log::info(what_ + " changed", {{"file", file_}});
}

}  // namespace llmgw::collector
