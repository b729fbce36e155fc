// SPDX-License-Identifier: MIT
// SpareBuffers: where an end point's requests are received, lent to a connection while something of
// one is there.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <utility>
#include <vector>

namespace llmgw::http {

/// An idle connection thus holds no buffer, however many there are, and a busy one is given memory
/// that is in use already. Belongs to one loop.
class SpareBuffers {
 public:
  /// What one receive may bring: most heads whole, and the body of a small request with its head.
  static constexpr std::size_t size = 64 * 1024;

  boost::beast::flat_buffer take() {
    boost::beast::flat_buffer taken;
    if (spare_.empty()) {
      taken.reserve(size);
    } else {
      taken = std::move(spare_.back());
      spare_.pop_back();
    }
    return taken;
  }
  /// One without room is none.
  void give(boost::beast::flat_buffer buffer) {
    if (buffer.capacity() == 0 || spare_.size() == most) return;
    buffer.clear();
    spare_.push_back(std::move(buffer));
  }

 private:
  static constexpr std::size_t most = 16;
  std::vector<boost::beast::flat_buffer> spare_;
};

}  // namespace llmgw::http
