// SPDX-License-Identifier: MIT
// QueryApi: the questions of /api/v1, from the request to the answer.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "collector/query/parse.hpp"
#include "collector/query/readers.hpp"
#include "collector/store/query_access.hpp"
#include "common/http/endpoint_server.hpp"
#include "common/metrics/prometheus_text.hpp"

namespace llmgw::collector {

/// Looks at who asks before at what is asked. Belongs to its loop's thread.
class QueryApi final : public http::EndpointHandler {
 public:
  /// Outlives it.
  explicit QueryApi(Readers& readers) : readers_(readers) {}

  /// None: whoever reaches this machine's own addresses may ask, by their own names alone.
  void set_access(QueryAccess access) { access_ = std::move(access); }

  Task<void> handle(http::EndpointExchange& exchange) override;
  Task<void> refuse(http::EndpointExchange& exchange, errc fault) override;

  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  struct Answer {
    int status = 200;
    std::string body;
    std::string_view code = {};  // of an error
  };
  struct Call;

  using Action = Task<Answer> (QueryApi::*)(Call& call);
  struct Route {
    std::string_view path;
    Action action;
  };
  static std::span<const Route> routes() noexcept;

  std::optional<Answer> refusal_of(const http::EndpointHead& head, const QueryScope*& scope);
  Answer wrong_token();
  Task<Answer> answer(Call& call);
  Task<Answer> usage(Call& call);
  Task<Answer> latency(Call& call);
  Task<Answer> events(Call& call);
  Task<Answer> event(Call& call);
  Task<Answer> values(Call& call);
  Task<Answer> store(Call& call);
  Task<Answer> export_all(Call& call);
  Task<Answer> export_usage(Call& call, std::size_t format);
  Task<Answer> export_events(Call& call, std::size_t format);
  Task<Answer> ask(Readers::Job job);
  Task<void> reply(http::EndpointExchange& exchange, const Answer& answer);

  static Answer error(int status, std::string_view code, std::string_view message,
                      std::string_view parameter = {});
  static Answer fault(const QueryFault& fault);
  static Answer other_tenant();

  Readers& readers_;
  QueryAccess access_;
  std::chrono::steady_clock::time_point wrong_since_;
  unsigned wrong_ = 0;  // tokens since then
  std::map<std::string_view, HistogramValue> seconds_;
  std::map<std::string_view, std::uint64_t> refused_;
};

}  // namespace llmgw::collector
