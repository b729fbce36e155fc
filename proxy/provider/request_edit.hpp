// SPDX-License-Identifier: MIT
// PURE: what changes a request on its way to an upstream: body to body, and what follows from that
// for the answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/head.hpp"
#include "proxy/metering/request_reader.hpp"
#include "proxy/provider/answer_edit.hpp"

namespace llmgw::proxy {

/// What is sent in place of a body: of that one its front and its back, and a text in between.
struct EditedBody {
  std::string_view front;  ///< as `back`, a view of the body that was edited; either may be empty
  std::string text;
  std::string_view back;

  std::size_t size() const noexcept { return front.size() + text.size() + back.size(); }
};

/// A constant of its dialect. An edit concerns a request if all three say so: its head, its facts,
/// and its body whole.
class RequestEdit {
 public:
  /// By the facts; cheap, and asked of every request. `is_all`: no more of them will come.
  virtual bool may_concern(const RequestFacts& facts, bool is_all) const noexcept = 0;
  /// By the head: the place, and whether a body sent with such a head may be changed.
  virtual bool may_concern(const http::RequestHead& head) const noexcept = 0;
  /// What is to be sent in place of `body`; nothing where it is to leave as it is.
  virtual std::optional<EditedBody> edit(std::string_view body) const = 0;

  /// Whether an error, or the begin of one, says that the edit alone is why the request was
  /// refused. It is asked of answers whose status leaves that open (see StatusMeaning).
  virtual bool is_refusal(std::string_view text) const noexcept = 0;
  /// For the answer to what was edited; null where there is nothing to change in it, or it cannot
  /// be read.
  virtual std::unique_ptr<AnswerEdit> edit_of_answer(const http::ResponseHead& head) const = 0;

 protected:
  ~RequestEdit() = default;
};

}  // namespace llmgw::proxy
