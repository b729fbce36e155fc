// SPDX-License-Identifier: MIT
// PURE: the body of a request as it came, so that it can be sent more than once, and otherwise than
// it came.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "common/async/frame_pool.hpp"
#include "common/system/gather.hpp"
#include "proxy/http/head.hpp"
#include "proxy/provider/request_edit.hpp"
#include "proxy/upstream/held_memory.hpp"

namespace llmgw::proxy {

/// Made only for a request that has to wait before it is sent, or that may be edited: all others
/// leave from where they were received.
class HeldRequest : public Pooled {
 public:
  /// `total`: what all of a worker's hold together; outlives this.
  HeldRequest(HeldBytes& total, http::Framing framing) noexcept
      : total_(total), framing_(framing) {}
  HeldRequest(const HeldRequest&) = delete;
  HeldRequest& operator=(const HeldRequest&) = delete;
  ~HeldRequest() { total_.change(counted_, 0); }

  /// Copies more of the body, framed as it is to leave.
  void append(std::span<const iovec> more);

  /// The body is there whole: makes what is to be sent in its place. False, and nothing changes, if
  /// that is the body itself.
  bool edit(const RequestEdit& edit);
  /// The body is there whole: its model is called `model` from now on, and not one other byte of it
  /// changes. False where it does not stand there exactly once. `head`: of the request.
  bool rename_model(const http::RequestHead& head, std::string_view model);
  /// This is sent in its place.
  void replace(std::string text) {
    edited_ = {{}, std::move(text), {}};
    count();
  }
  /// What is sent is the body itself again.
  void forget_edits() noexcept {
    edited_ = {};
    model_place_ = {};
    model_.clear();
  }
  /// Bytes that the edited one has without framing.
  std::size_t edited_size() const noexcept;

  /// The body, without its framing.
  std::string_view body();

  // Both add views of what is held, good as long as that.
  void add_as_came(Gather& out) const { out.add(held_); }
  void add_edited(Gather& out) const;

  /// Bytes held of the body, with its framing.
  std::size_t size() const noexcept { return held_.size(); }

 private:
  bool is_chunked() const noexcept { return framing_.kind == http::Framing::Kind::chunked; }
  void count() noexcept;
  void decode();
  void add_piece(Gather& out, std::string_view piece) const;

  HeldBytes& total_;
  std::size_t counted_ = 0;
  const http::Framing framing_;
  std::string held_;
  std::string decoded_;           // the body without its framing, where that is chunked
  std::string_view behind_body_;  // the framing that follows it
  EditedBody edited_;             // all empty: it is not edited
  std::string_view model_place_;  // of the body, what `model_` stands in for; null: nothing
  std::string model_;
};

}  // namespace llmgw::proxy
