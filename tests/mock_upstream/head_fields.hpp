// SPDX-License-Identifier: MIT
// PURE: the fields that each provider's answers have beside their content type.
#pragma once

#include <string>
#include <vector>

#include "common/http/out_field.hpp"
#include "tests/mock_upstream/call.hpp"

namespace llmgw::mock {

/// Holds the texts that its fields are views of.
class HeadFields {
 public:
  explicit HeadFields(const Call& call);

  /// In the order in which they are sent; `stream`: of events.
  std::vector<http::OutField> of(int status, bool stream) const;

 private:
  void add_openai(int status, std::vector<http::OutField>& fields) const;
  void add_anthropic(int status, std::vector<http::OutField>& fields) const;
  void add_waits(std::vector<http::OutField>& fields) const;

  Dialect dialect_;
  std::string request_id_;
  std::string retry_after_;  // empty: not said
  std::string retry_after_ms_;
};

}  // namespace llmgw::mock
