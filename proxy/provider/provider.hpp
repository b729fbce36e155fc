// SPDX-License-Identifier: MIT
// PURE: the seam between the gateway and the dialect of an upstream.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/http/head.hpp"
#include "common/secret.hpp"
#include "proxy/metering/usage_reader.hpp"
#include "proxy/provider/stream_filter.hpp"

namespace llmgw::proxy {

/// A change to a body that takes nothing away.
struct BodyInsertion {
  std::size_t place = 0;
  std::string_view text;  ///< a constant
};

/// One dialect with its address and key, as one worker uses it. Belongs to that worker's thread.
class Provider {
 public:
  virtual ~Provider() = default;

  /// The name in events and metrics.
  virtual std::string_view name() const noexcept = 0;
  /// Appends the request head for the upstream: its target, Host and credentials; none of the
  /// client's. Returns where in `out` the value of Content-Length begins; npos if there is none.
  virtual std::size_t prepare(const http::RequestHead& head, std::string& out) const = 0;
  /// How the usage in its answers is read.
  virtual const UsageReader& usage_reader() const noexcept = 0;
  /// Replaces the key, for requests from now on.
  virtual void set_key(Secret key) = 0;

  // Where a stream reports its usage only if the request asks for it.

  /// Whether that may be so for a request to this place; cheap, and asked of every request.
  virtual bool streams_usage_on_demand(const http::RequestHead& head) const noexcept = 0;
  /// Whether the body may be changed on its way, going by the rest of the head.
  virtual bool allows_edit(const http::RequestHead& head) const noexcept = 0;
  /// What asks for the usage of this request; nothing where the client has decided on it, or where
  /// the body is not surely understood.
  virtual std::optional<BodyInsertion> ask_for_usage(std::string_view body) const noexcept = 0;
  /// Whether an answer of this status may be a refusal of what ask_for_usage() inserted, and its
  /// text is one.
  virtual bool may_refuse(int status) const noexcept = 0;
  virtual bool is_refusal(std::string_view text) const noexcept = 0;
  /// Takes out of the answer to such a request what nobody but the gateway asked for; null where
  /// there is nothing to take out, or it cannot be read.
  virtual std::unique_ptr<StreamFilter> usage_filter(const http::ResponseHead& head) const = 0;
};

}  // namespace llmgw::proxy
