// SPDX-License-Identifier: MIT
// GET /v1/models and GET /v1/models/{id}.
#include "proxy/api/model_list.hpp"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "common/json/escape.hpp"
#include "proxy/api/call.hpp"
#include "proxy/api/caller.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view list_path = "/v1/models";

// The one that is asked for, percent-decoded where that is possible.
std::string model_in(std::string_view path) {
  path.remove_prefix(std::min(list_path.size() + 1, path.size()));
  const auto coded = boost::urls::make_pct_string_view({path.data(), path.size()});
  return coded ? coded->decode() : std::string(path);
}

/// A model that may be asked for by its name.
struct Listed {
  std::string_view id;
  std::string_view owner;
  std::int64_t created;
};

// What providers have told, where the name of it leads to them. `wanted`: no other one; empty: all.
void add_discovered(Context& context, RouteQuery query, std::string_view wanted,
                    std::vector<Listed>& all) {
  if (context.discovered == nullptr) return;
  RouteTable& table = context.upstreams->table();
  for (const auto& [name, list] : *context.discovered) {
    const auto upstream = table.number_of(name);
    if (!upstream) continue;
    for (const DiscoveredModel& each : list->all()) {
      query.model = each.id;
      if ((!wanted.empty() && each.id != wanted) || !table.leads_to(query, *upstream)) continue;
      all.push_back({each.id, name, each.created.value_or(context.started_at)});
    }
  }
}

// Each id once; the names of the settings go before what providers tell.
std::vector<Listed> list_for(Context& context, const RouteQuery& query, std::string_view wanted) {
  std::vector<Listed> all;
  for (const RouteTable::Offer& each : context.upstreams->table().offers(query))
    if (wanted.empty() || each.model == wanted)
      all.push_back({each.model, each.upstream, context.started_at});
  add_discovered(context, query, wanted, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const Listed& a, const Listed& b) { return a.id < b.id; });
  const auto same = std::unique(all.begin(), all.end(),
                                [](const Listed& a, const Listed& b) { return a.id == b.id; });
  all.erase(same, all.end());
  return all;
}

// What a key may not be used for is not there for whoever has it.
void leave_out(const KeySettings& key, std::vector<Listed>& all) {
  std::erase_if(all, [&key](const Listed& each) { return !allows_model(key, each.id); });
}

void append(const Listed& model, std::string& body) {
  body += R"({"id":)";
  append_json_string(model.id, body);
  body += R"(,"object":"model","created":)" + std::to_string(model.created) + R"(,"owned_by":)";
  append_json_string(model.owner, body);
  body += '}';
}

// Of all, or of the one that is wanted; empty if there is none.
std::string body_for(const std::vector<Listed>& models, bool is_one) {
  std::string body = is_one ? "" : R"({"object":"list","data":[)";
  for (const Listed& each : models) {
    if (&each != models.data()) body += ',';
    append(each, body);
  }
  return is_one ? body : body + "]}";
}

}  // namespace

bool asks_for_models(Context& context, const http::RequestHead& head) {
  if (!context.upstreams->table().has_models()) return false;
  const std::string_view path = head.path();
  return (head.method == "GET" || head.method == "HEAD") && path.starts_with(list_path) &&
         (path.size() == list_path.size() || path[list_path.size()] == '/') &&
         classify(head).dialect == ClientDialect::openai;
}

Task<void> reply_models(Context& context, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const IdText id = request_id_text(context.request_ids.next(std::chrono::system_clock::now()));
  Call call(head, id, fingerprint, exchange.begun_at());
  const Callers::Pointer callers = context.callers;
  const Caller caller = callers == nullptr ? Caller() : caller_of(*callers, head);
  const GatewayError* const refusal =
      callers == nullptr ? nullptr : note_caller(context, *callers, caller);
  if (refusal != nullptr) {
    const ErrorTerms terms{.request_id = call.request_id()};
    (void)co_await reply_error(exchange, *refusal, terms);
    co_return;
  }
  if (caller.key != nullptr) call.note_caller(caller.tenant, caller.key->id);
  const std::string wanted = model_in(head.path());
  const RouteQuery query{head, head.path(), call.tenant(), {}};
  std::vector<Listed> models = list_for(context, query, wanted);
  if (caller.key != nullptr && callers->is_required()) leave_out(*caller.key, models);
  const std::string body = body_for(models, !wanted.empty());
  if (body.empty()) {
    const ErrorTerms terms{.request_id = call.request_id()};
    (void)co_await reply_error(exchange, gateway_error::model_not_found, terms);
    co_return;
  }
  const http::OutField fields[] = {{"Content-Type", "application/json"},
                                   {"X-LLM-Request-ID", call.request_id()}};
  co_await exchange.reply(200, fields, body);
}

}  // namespace llmgw::proxy
