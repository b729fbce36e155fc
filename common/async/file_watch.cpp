// SPDX-License-Identifier: MIT
// Reading, and comparing with what was read before.
#include "common/async/file_watch.hpp"

#include "common/async/loop.hpp"
#include "common/system/read_file.hpp"

namespace llmgw {

void FileWatch::look() {
  Result<std::string> content = read_file(path_);
  Result<Secret> now = content ? Result<Secret>(Secret(*content)) : content.error();
  const bool is_new = !last_ || *last_ != now;
  last_ = std::move(now);
  start();
  if (is_new) take_(std::move(content));
}

}  // namespace llmgw
