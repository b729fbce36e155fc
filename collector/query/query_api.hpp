// SPDX-License-Identifier: MIT
// QueryApi: the questions of /api/v1, from the request to the answer, and the page that asks them.
#pragma once

#include <map>
#include <string>

#include "collector/query/live.hpp"
#include "collector/query/parse.hpp"
#include "collector/query/query_gate.hpp"
#include "collector/query/readers.hpp"
#include "common/http/endpoint_server.hpp"
#include "common/metrics/prometheus_text.hpp"
#include "pricing/prices.hpp"

namespace llmgw::collector {

/// Looks at who asks before at what is asked. Belongs to its loop's thread.
class QueryApi final : public http::EndpointHandler {
 public:
  /// Both outlive it.
  QueryApi(Readers& readers, Live& live) : readers_(readers), live_(live) {}

  QueryGate& gate() noexcept { return gate_; }
  /// What models cost; null: nothing is said of it.
  void set_prices(pricing::PricesPointer prices) { prices_ = std::move(prices); }
  /// What the page tells of the side where events come in. It outlives this.
  void set_intake(std::uint16_t port, const Pipeline& pipeline) noexcept {
    events_port_ = port;
    pipeline_ = &pipeline;
  }

  Task<void> handle(http::EndpointExchange& exchange) override;
  Task<void> refuse(http::EndpointExchange& exchange, errc fault) override;

  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  struct Answer {
    int status = 200;
    std::string body;
    std::string_view code = {};  // of an error
    bool is_packed = false;      // in gzip
  };
  struct Call;

  using Action = Task<Answer> (QueryApi::*)(Call& call);
  struct Route {
    std::string_view path;
    Action action;
  };
  static std::span<const Route> routes() noexcept;

  Task<void> send_page(http::EndpointExchange& exchange);
  Task<void> session(http::EndpointExchange& exchange);
  std::string session_json(const QueryScope* scope) const;
  Task<Answer> answer(Call& call);
  Task<Answer> usage(Call& call);
  Task<Answer> latency(Call& call);
  Task<Answer> events(Call& call);
  Task<Answer> event(Call& call);
  Task<Answer> values(Call& call);
  Task<Answer> store(Call& call);
  Task<Answer> prices(Call& call);
  Task<Answer> reconciliation(Call& call);
  Task<Answer> live(Call& call);
  Task<Answer> export_all(Call& call);
  Task<Answer> export_usage(Call& call, std::size_t format);
  Task<Answer> export_events(Call& call, std::size_t format);
  Task<Answer> ask(Readers::Job job);
  /// The same, in gzip where that is taken and worth it.
  Task<Answer> ask_packed(Call& call, Readers::Job job);
  Task<void> reply(http::EndpointExchange& exchange, const Answer& answer);

  static Answer error(int status, std::string_view code, std::string_view message,
                      std::string_view parameter = {});
  static Answer refused(const QueryGate::Refusal& refusal);
  static Answer fault(const QueryFault& fault);
  static Answer other_tenant();
  /// For a token that is of some tenants alone.
  static Answer not_for_some();

  Readers& readers_;
  Live& live_;
  QueryGate gate_;
  pricing::PricesPointer prices_;
  std::uint16_t events_port_ = 0;
  const Pipeline* pipeline_ = nullptr;
  std::map<std::string_view, HistogramValue> seconds_;
  std::map<std::string_view, std::uint64_t> refused_;
};

}  // namespace llmgw::collector
