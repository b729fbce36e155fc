// SPDX-License-Identifier: MIT
// From settings to an upstream, and its counts.
#include "proxy/upstream/upstream.hpp"

#include <algorithm>
#include <stdexcept>

#include "proxy/provider/credentials.hpp"
#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {
namespace {

const Dialect& dialect_of(const UpstreamSettings& settings) {
  const Dialect* const found = find_dialect(settings.type);
  if (found == nullptr) throw std::invalid_argument("no such type of provider: " + settings.type);
  return *found;
}

const RequestEdit* edit_of(const Dialect& dialect, const UpstreamSettings& settings,
                           const UpstreamTerms& terms) noexcept {
  if (!terms.may_ask_for_usage || settings.stream_usage == StreamUsage::passthrough) return nullptr;
  const bool is_continuous = settings.stream_usage == StreamUsage::continuous;
  return is_continuous && dialect.continuous_usage_edit != nullptr ? dialect.continuous_usage_edit
                                                                   : dialect.usage_edit;
}

const UsageReader& usage_of(const Dialect& dialect, const UpstreamSettings& settings) noexcept {
  const bool is_inclusive = settings.input_includes_cache && dialect.inclusive_usage != nullptr;
  return is_inclusive ? *dialect.inclusive_usage : dialect.usage;
}

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

std::chrono::milliseconds or_else(std::chrono::nanoseconds own,
                                  std::chrono::milliseconds other) noexcept {
  return own.count() == 0 ? other : in_milliseconds(own);
}

// No step of connecting lasts longer than it may be silent, unless something else is said.
PoolLimits limits_of(const UpstreamSettings& settings, const UpstreamTerms& terms) noexcept {
  PoolLimits limits = terms.pool;
  const auto silence = or_else(settings.timeouts.head, terms.silence);
  limits.step = or_else(settings.timeouts.connect, std::min(limits.step, silence));
  limits.turn = std::min(limits.turn, silence);
  return limits;
}

// Others add to the same counter before and after, so only what is new since then is added.
void tell(Counter& counter, std::uint64_t& told, std::uint64_t now) noexcept {
  counter.add(now - told);
  told = now;
}

}  // namespace

Upstream::Upstream(Loop& loop, const UpstreamSettings& settings, std::unique_ptr<TlsContext> tls,
                   const UpstreamTerms& terms, UpstreamCounts& counts)
    : name_(settings.name),
      address_(settings.address),
      dialect_(dialect_of(settings)),
      terms_(terms),
      edit_(edit_of(dialect_, settings, terms)),
      usage_(usage_of(dialect_, settings)),
      api_version_(settings.api_version),
      credentials_form_(credentials_form(dialect_, settings.uses_bearer)),
      version_(settings.version),
      beta_(settings.beta),
      defaults_(defaults_of(dialect_, version_)),
      head_limit_(or_else(settings.timeouts.head, terms.silence)),
      idle_limit_(or_else(settings.timeouts.idle, terms.silence)),
      first_token_limit_(in_milliseconds(settings.timeouts.first_token)),
      counts_(counts),
      tls_(std::move(tls)),
      pool_(loop, address_, tls_.get(), counts.times, limits_of(settings, terms)) {}

Upstream::~Upstream() {
  pool_.close_idle();
  publish();
}

Secret Upstream::credentials_of(const Secret& key) const {
  return proxy::credentials_of(credentials_form_, key);
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
