// SPDX-License-Identifier: MIT
// Upstream: a server that answers requests, as one worker uses it.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/config/upstream.hpp"
#include "proxy/provider/dialect.hpp"
#include "proxy/provider/refusals.hpp"
#include "proxy/provider/request_head.hpp"
#include "proxy/upstream/pool.hpp"
#include "proxy/upstream/upstream_counts.hpp"

namespace llmgw::proxy {

/// What the settings of the gateway say of every upstream.
struct UpstreamTerms {
  PoolLimits pool = {};
  std::chrono::milliseconds silence{};  ///< longest, until the answer's head and between two reads
  bool may_ask_for_usage = true;        ///< metering looks at answers, so that asking makes sense
  bool hides_choice = false;            ///< X-LLM-Provider is not for upstreams
};

/// Name, dialect, address, TLS, pool and key. Belongs to its worker's thread; it may be made before
/// that runs.
class Upstream final : public boost::intrusive_ref_counter<Upstream, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<Upstream>;

  /// `tls` is nullptr for an http address. `counts` outlives the upstream. The type of `settings`
  /// is one of the registry's.
  Upstream(Loop& loop, const UpstreamSettings& settings, std::unique_ptr<TlsContext> tls,
           const UpstreamTerms& terms, UpstreamCounts& counts);
  ~Upstream();

  std::string_view authority() const noexcept { return address_.authority; }
  const Dialect& dialect() const noexcept { return dialect_; }
  std::chrono::milliseconds silence() const noexcept { return terms_.silence; }
  Pool& pool() noexcept { return pool_; }
  UpstreamCounts& counts() noexcept { return counts_; }

  /// Replaces the key, for requests from now on.
  void set_key(const Secret& key);

  /// Appends the head of a request to it.
  void append_head(std::string& out, const http::RequestHead& head, HeadChanges changes) const {
    changes.hides_choice = terms_.hides_choice;
    append_request_head(out, head, {dialect_, address_.path, authority(), credentials_.reveal()},
                        changes);
  }

  /// What requests to it may be edited by; null for none.
  const RequestEdit* edit() const noexcept { return edit_; }
  /// The models for which it refused that.
  Refusals& refusals() noexcept { return refusals_; }

  /// Brings the counts up to date.
  void publish() noexcept;

 private:
  const HttpUrl address_;
  const Dialect& dialect_;
  const UpstreamTerms terms_;
  const RequestEdit* const edit_;
  Secret credentials_;
  UpstreamCounts& counts_;
  PoolCounts told_;  // as published last
  TlsContext::Counts tls_told_;
  Refusals refusals_;
  std::unique_ptr<TlsContext> tls_;
  Pool pool_;
};

}  // namespace llmgw::proxy
