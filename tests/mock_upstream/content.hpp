// SPDX-License-Identifier: MIT
// PURE: what an answer says, whole and in the pieces of a stream.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/mock_upstream/behaviour.hpp"
#include "tests/mock_upstream/prompt.hpp"

namespace llmgw::mock {

/// The same prompt and behaviour always give the same pieces; joined they are the whole.
class Content {
 public:
  Content(const Prompt& prompt, const Behaviour& behaviour);

  std::size_t count() const noexcept { return count_; }
  /// `index` below count().
  std::string piece(std::size_t index) const;
  std::string whole() const;

 private:
  std::vector<std::string> words_;  // with the white space in front of each
  std::optional<std::size_t> size_;
  std::size_t count_ = 0;
};

}  // namespace llmgw::mock
