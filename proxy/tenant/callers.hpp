// SPDX-License-Identifier: MIT
// PURE: Callers: who may call, as one worker goes by it.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <memory>

#include "proxy/tenant/key_table.hpp"
#include "proxy/tenant/token_issuer.hpp"

namespace llmgw::proxy {

/// Never changes: another file makes another one. An exchange holds the one that it was admitted
/// by, so that its key lives as long as anybody needs it. Belongs to its worker's thread; the table
/// is shared by all.
class Callers final : public boost::intrusive_ref_counter<Callers, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<const Callers>;

  /// None where nobody looks at keys; without a table no key is known.
  /// `issuer`: of tokens that are accepted beside keys; null: none is.
  static Pointer make(KeyMode mode, std::shared_ptr<const KeyTable> keys,
                      std::shared_ptr<const TokenIssuer> issuer = nullptr) {
    if (mode == KeyMode::off) return nullptr;
    if (keys == nullptr) keys = std::make_shared<const KeyTable>(std::make_shared<const KeyList>());
    return Pointer(std::make_unique<Callers>(mode, std::move(keys), std::move(issuer)).release());
  }

  Callers(KeyMode mode, std::shared_ptr<const KeyTable> keys,
          std::shared_ptr<const TokenIssuer> issuer) noexcept
      : keys_(std::move(keys)),
        issuer_(std::move(issuer)),
        is_required_(mode == KeyMode::required) {}

  const KeyTable& keys() const noexcept { return *keys_; }
  /// Null: tokens are keys like others.
  const TokenIssuer* issuer() const noexcept { return issuer_.get(); }
  /// Requests that are not accepted are refused, not just counted.
  bool is_required() const noexcept { return is_required_; }

 private:
  const std::shared_ptr<const KeyTable> keys_;
  const std::shared_ptr<const TokenIssuer> issuer_;
  const bool is_required_;
};

}  // namespace llmgw::proxy
