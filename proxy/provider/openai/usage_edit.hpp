// SPDX-License-Identifier: MIT
// PURE: asks for the usage of a streamed chat completion in the place of its client, and takes out
// of the answer what that adds.
#pragma once

#include "proxy/provider/request_edit.hpp"

namespace llmgw::proxy {

/// Adds `stream_options.include_usage` to requests that say nothing of it.
class UsageEdit final : public RequestEdit {
 public:
  /// `is_continuous`: on every chunk.
  explicit constexpr UsageEdit(bool is_continuous) noexcept : is_continuous_(is_continuous) {}

  bool may_concern(const RequestFacts& facts, bool is_all) const noexcept override;
  bool may_concern(const http::RequestHead& head) const noexcept override;
  std::optional<EditedBody> edit(std::string_view body) const override;
  bool is_refusal(std::string_view text) const noexcept override;
  std::unique_ptr<AnswerEdit> edit_of_answer(const http::ResponseHead& head) const override;

 private:
  const bool is_continuous_;
};

extern const UsageEdit openai_usage_edit;
extern const UsageEdit openai_continuous_usage_edit;

}  // namespace llmgw::proxy
