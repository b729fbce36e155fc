// SPDX-License-Identifier: MIT
// PURE: the seam between the gateway and the dialect of an upstream.
#pragma once

#include <string>
#include <string_view>

#include "common/http/head.hpp"
#include "common/secret.hpp"
#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

/// One dialect with its address and key, as one worker uses it. Belongs to that worker's thread.
class Provider {
 public:
  virtual ~Provider() = default;

  /// The name in events and metrics.
  virtual std::string_view name() const noexcept = 0;
  /// Appends the request head for the upstream: its target, Host and credentials; none of the
  /// client's.
  virtual void prepare(const http::RequestHead& head, std::string& out) const = 0;
  /// How the usage in its answers is read.
  virtual const UsageReader& usage_reader() const noexcept = 0;
  /// Replaces the key, for requests from now on.
  virtual void set_key(Secret key) = 0;
};

}  // namespace llmgw::proxy
