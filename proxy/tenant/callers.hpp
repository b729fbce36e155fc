// SPDX-License-Identifier: MIT
// PURE: Callers: who may call, as one worker goes by it.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <memory>

#include "proxy/tenant/key_table.hpp"

namespace llmgw::proxy {

/// Never changes: another file makes another one. An exchange holds the one that it was admitted
/// by, so that its key lives as long as anybody needs it. Belongs to its worker's thread; the table
/// is shared by all.
class Callers final : public boost::intrusive_ref_counter<Callers, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<const Callers>;

  /// None where nobody looks at keys; without a table no key is known.
  static Pointer make(KeyMode mode, std::shared_ptr<const KeyTable> keys) {
    if (mode == KeyMode::off) return nullptr;
    if (keys == nullptr) keys = std::make_shared<const KeyTable>(std::make_shared<const KeyList>());
    return Pointer(std::make_unique<Callers>(mode, std::move(keys)).release());
  }

  Callers(KeyMode mode, std::shared_ptr<const KeyTable> keys) noexcept
      : keys_(std::move(keys)), is_required_(mode == KeyMode::required) {}

  const KeyTable& keys() const noexcept { return *keys_; }
  /// Requests that are not accepted are refused, not just counted.
  bool is_required() const noexcept { return is_required_; }

 private:
  const std::shared_ptr<const KeyTable> keys_;
  const bool is_required_;
};

}  // namespace llmgw::proxy
