// SPDX-License-Identifier: MIT
// GET /v1/models and GET /v1/models/{id}.
#include "proxy/api/model_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "proxy/api/call.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view list_path = "/v1/models";

// The one that is asked for, percent-decoded as names of models need it: `/` alone is coded.
std::string model_in(std::string_view path) {
  std::string name;
  path.remove_prefix(std::min(list_path.size() + 1, path.size()));
  while (!path.empty()) {
    const bool is_slash =
        path.size() >= 3 && path[0] == '%' && path[1] == '2' && (path[2] == 'f' || path[2] == 'F');
    name += is_slash ? '/' : path.front();
    path.remove_prefix(is_slash ? 3 : 1);
  }
  return name;
}

Json entry(const RouteTable::Offer& offer, std::int64_t created) {
  return {
      {"id", offer.model}, {"object", "model"}, {"created", created}, {"owned_by", offer.upstream}};
}

// Of all, or of the one that is wanted; empty if there is none.
std::string body_for(std::string_view wanted, const std::vector<RouteTable::Offer>& offers,
                     std::int64_t created) {
  Json list = Json::array();
  for (const RouteTable::Offer& each : offers) {
    if (each.model == wanted) return entry(each, created).dump();
    list.push_back(entry(each, created));
  }
  return wanted.empty() ? Json{{"object", "list"}, {"data", std::move(list)}}.dump()
                        : std::string();
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
  RouteTable& table = context.upstreams->table();
  const IdText id = request_id_text(context.request_ids.next(std::chrono::system_clock::now()));
  const Call call(head, id, fingerprint, exchange.begun_at());
  const auto offers = table.offers({head, head.path(), call.tenant(), {}});
  const std::string body = body_for(model_in(head.path()), offers, context.started_at);
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
