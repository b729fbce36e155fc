// SPDX-License-Identifier: MIT
// From settings to an upstream, and its counts.
#include "proxy/upstream/upstream.hpp"

#include <stdexcept>

#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {
namespace {

const Dialect& dialect_of(const UpstreamSettings& settings) {
  const Dialect* const found = find_dialect(settings.type);
  if (found == nullptr) throw std::invalid_argument("no such type of provider: " + settings.type);
  return *found;
}

bool is_edited(const UpstreamSettings& settings, const UpstreamTerms& terms) noexcept {
  return terms.may_ask_for_usage && settings.stream_usage == StreamUsage::inject;
}

// Others add to the same counter before and after, so only what is new since then is added.
void tell(Counter& counter, std::uint64_t& told, std::uint64_t now) noexcept {
  counter.add(now - told);
  told = now;
}

}  // namespace

Upstream::Upstream(Loop& loop, const UpstreamSettings& settings, std::unique_ptr<TlsContext> tls,
                   const UpstreamTerms& terms, UpstreamCounts& counts)
    : address_(settings.address),
      dialect_(dialect_of(settings)),
      terms_(terms),
      edit_(is_edited(settings, terms) ? dialect_.usage_edit : nullptr),
      counts_(counts),
      tls_(std::move(tls)),
      pool_(loop, address_, tls_.get(), counts.times, terms.pool) {
  set_key(settings.key);
}

Upstream::~Upstream() {
  pool_.close_idle();
  publish();
}

void Upstream::set_key(const Secret& key) {
  credentials_ = key.is_empty()
                     ? Secret()
                     : Secret(std::string(dialect_.credentials.scheme).append(key.reveal()));
}

void Upstream::publish() noexcept {
  const PoolCounts& now = pool_.counts();
  tell(counts_.opened, told_.opened, now.opened);
  tell(counts_.reused, told_.reused, now.reused);
  tell(counts_.failed, told_.failed, now.failed);
  tell(counts_.waited, told_.waited, now.waited);
  tell(counts_.idle, told_.idle, now.idle);
  tell(counts_.open, told_.open, now.open);
  if (tls_ == nullptr) return;
  tell(counts_.tls_handshakes, tls_told_.handshakes, tls_->counts().handshakes);
  tell(counts_.tls_resumed, tls_told_.resumed, tls_->counts().resumed);
}

}  // namespace llmgw::proxy
