// SPDX-License-Identifier: MIT
// PURE: a request that asks the upstream for more than its client did, beside the client's own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/http/head.hpp"
#include "common/system/gather.hpp"
#include "proxy/provider/provider.hpp"

namespace llmgw::proxy {

/// Holds the bytes of the request as they would leave unchanged, until it is known that nobody
/// needs them any more.
class EditedRequest {
 public:
  /// `total`: what all of a worker's hold together; outlives this.
  explicit EditedRequest(std::size_t& total) noexcept : total_(total) {}
  EditedRequest(const EditedRequest&) = delete;
  EditedRequest& operator=(const EditedRequest&) = delete;
  ~EditedRequest() { clear(); }

  /// Copies a request: its head, in which the value of Content-Length begins at `length_at` (npos:
  /// it has none), and the body as far as it is there.
  void begin(Gather& request, std::size_t head_size, std::size_t length_at, http::Framing framing);
  /// Copies more of its body.
  void append(Gather& more);

  /// The body is there: looks for a place in it. False if it is to leave as it is.
  bool edit(const Provider& provider);

  // Both add views of what is held, good as long as that. The edited one asks for no content
  // coding.
  void add_edited(Gather& out) const;
  void add_original(Gather& out) const { out.add(original_); }

  /// Lets go of all.
  void clear() noexcept;

  bool is_empty() const noexcept { return original_.empty(); }
  /// Bytes held of the body.
  std::size_t size() const noexcept { return original_.size() - head_size_; }

  static constexpr std::size_t limit = 1024 * 1024;             ///< of one body
  static constexpr std::size_t total_limit = 64 * 1024 * 1024;  ///< of all that a worker holds

 private:
  void count() noexcept;
  void decode_body();
  void add_head(std::size_t body_size, Gather& out) const;

  std::size_t& total_;
  std::size_t counted_ = 0;
  std::string original_;
  std::string decoded_;           // the body without its framing, where that is chunked
  std::string_view body_;         // without framing
  std::string_view behind_body_;  // the framing that follows it
  std::size_t head_size_ = 0;
  std::size_t length_at_ = 0;
  http::Framing framing_;
  BodyInsertion insertion_;
};

}  // namespace llmgw::proxy
