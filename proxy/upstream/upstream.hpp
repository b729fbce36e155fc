// SPDX-License-Identifier: MIT
// Upstream: a server that answers requests, as one worker uses it.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/upstream.hpp"
#include "proxy/provider/dialect.hpp"
#include "proxy/provider/lesson.hpp"
#include "proxy/provider/refusals.hpp"
#include "proxy/provider/request_head.hpp"
#include "proxy/upstream/pool.hpp"
#include "proxy/upstream/upstream_counts.hpp"

namespace llmgw::proxy {

/// What the settings of the gateway say of every upstream.
struct UpstreamTerms {
  PoolLimits pool = {};
  std::chrono::milliseconds silence{};  ///< longest, where an upstream says nothing of its own
  bool may_ask_for_usage = true;        ///< metering looks at answers, so that asking makes sense
  bool hides_choice = false;            ///< X-LLM-Provider is not for upstreams
};

/// Name, dialect, address, TLS and pool. Belongs to its worker's thread; it may be made before
/// that runs.
class Upstream final : public boost::intrusive_ref_counter<Upstream, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<Upstream>;

  /// `tls` is nullptr for an http address. `counts` outlives the upstream. The type of `settings`
  /// is one of the registry's.
  Upstream(Loop& loop, const UpstreamSettings& settings, std::unique_ptr<TlsContext> tls,
           const UpstreamTerms& terms, UpstreamCounts& counts);
  ~Upstream();

  std::string_view name() const noexcept { return name_; }
  std::string_view authority() const noexcept { return address_.authority; }
  /// Into its dialect and back; null where chat completions are its own.
  const Translation* translation() const noexcept {
    return dialect_.translation == nullptr ? nullptr : &dialect_.translation();
  }
  const Dialect& dialect() const noexcept { return dialect_; }
  /// Longest, until the answer's head, and between two reads.
  std::chrono::milliseconds head_limit() const noexcept { return head_limit_; }
  std::chrono::milliseconds idle_limit() const noexcept { return idle_limit_; }
  /// Longest from the head of a stream to its first event; zero: no limit.
  std::chrono::milliseconds first_token_limit() const noexcept { return first_token_limit_; }
  Pool& pool() noexcept { return pool_; }
  UpstreamCounts& counts() noexcept { return counts_; }

  /// What shows that a request comes from the owner of the key.
  Secret credentials_of(const Secret& key) const;

  /// Whether it has anything for what clients ask for at `target`. `model`: what it calls the one
  /// that is asked for; empty: none is.
  bool has_target(std::string_view target, std::string_view model) const noexcept {
    return dialect_.has_target({address_.path, model, api_version_}, target);
  }
  /// Whether its addresses name the model.
  bool names_model_in_target() const noexcept {
    return !api_version_.empty() && translation() == nullptr;
  }
  std::string_view api_version() const noexcept { return api_version_; }
  /// For `anthropic-beta` of translated requests; empty: none.
  std::string_view beta() const noexcept { return beta_; }
  /// How usage is read from its answers.
  const UsageReader& usage() const noexcept { return usage_; }
  /// Whether its count of a prompt holds what its cache served, where its dialect does not.
  bool input_includes_cache() const noexcept { return &usage_ != &dialect_.usage; }
  /// Appends the head of a request to it. `credentials`: empty for none.
  void append_head(std::string& out, const http::RequestHead& head, std::string_view credentials,
                   std::string_view model, HeadChanges changes) const {
    changes.hides_choice = terms_.hides_choice;
    append_request_head(out, head,
                        {.dialect = dialect_,
                         .prefix = address_.path,
                         .authority = authority(),
                         .credentials = credentials,
                         .model = model,
                         .api_version = api_version_,
                         .form = credentials_form_,
                         .defaults = defaults_},
                        changes);
  }

  /// What requests to it may be edited by; null for none.
  const RequestEdit* edit() const noexcept { return edit_; }
  /// The models for which it refused that.
  Refusals& refusals() noexcept { return refusals_; }
  /// What was learnt of a model, by what the upstream calls it.
  Learnt learnt(std::string_view model) noexcept {
    const Learnt* const found = learnt_.find(model, LearntModels::Clock::now());
    return found == nullptr ? Learnt() : *found;
  }
  void learn(std::string_view model, const Lesson& lesson) {
    learnt_.place(model, LearntModels::Clock::now()).take(lesson);
  }

  /// Brings the counts up to date.
  void publish() noexcept;

 private:
  const std::string name_;
  const HttpUrl address_;
  const Dialect& dialect_;
  const UpstreamTerms terms_;
  const RequestEdit* const edit_;
  const UsageReader& usage_;
  const std::string api_version_;
  const CredentialsForm credentials_form_;
  const std::string version_;
  const std::string beta_;
  const std::vector<DefaultField> defaults_;  // views of `version_` among them
  const std::chrono::milliseconds head_limit_;
  const std::chrono::milliseconds idle_limit_;
  const std::chrono::milliseconds first_token_limit_;
  UpstreamCounts& counts_;
  PoolCounts told_;  // as published last
  TlsContext::Counts tls_told_;
  Refusals refusals_;
  LearntModels learnt_;
  std::unique_ptr<TlsContext> tls_;
  Pool pool_;
};

}  // namespace llmgw::proxy
