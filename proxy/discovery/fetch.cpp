// SPDX-License-Identifier: MIT
// Pages one after the other, keys one after the other.
#include "proxy/discovery/fetch.hpp"

#include <algorithm>

#include "proxy/discovery/listing.hpp"
#include "proxy/provider/credentials.hpp"
#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_page_bytes = 8 * 1024 * 1024;
constexpr std::chrono::milliseconds most_connect = std::chrono::seconds(5);
constexpr std::chrono::milliseconds most_page_time = std::chrono::seconds(30);
constexpr std::chrono::milliseconds most_time = std::chrono::minutes(2);  // all pages and keys

using Clock = std::chrono::steady_clock;

/// What of a provider all its requests have.
struct Place {
  const UpstreamSettings& provider;
  const Dialect& dialect;
  std::vector<http::OutField> fields;
  Clock::time_point end;  // of the time for it
};

Place place_of(const UpstreamSettings& provider, std::string_view credentials,
               Clock::time_point end) {
  const Dialect& dialect = *find_dialect(provider.type);
  Place place{provider, dialect, {}, end};
  for (const DefaultField& each : defaults_of(dialect, provider.version))
    place.fields.push_back({each.name, each.value});
  const CredentialsForm& form = credentials_form(dialect, provider.uses_bearer);
  if (!credentials.empty()) place.fields.push_back({form.field, credentials});
  return place;
}

// A page for which no time is left fails at once.
http::Client::Limits limits_of(const Place& place) {
  using std::chrono::milliseconds;
  const auto connect = std::chrono::ceil<milliseconds>(place.provider.timeouts.connect);
  const auto left = std::chrono::ceil<milliseconds>(place.end - Clock::now());
  return {connect.count() == 0 ? most_connect : connect,
          std::clamp(left, milliseconds(1), most_page_time), most_page_bytes};
}

Fetched failed(FetchResult result, std::string reason) {
  return {.result = result, .reason = std::move(reason)};
}

bool is_lost(errc fault) noexcept {
  return fault == errc::connection_closed || fault == errc::connection_reset;
}

// A server may end a kept connection at any time; what only reads may then be asked once more (RFC
// 9110 section 9.2.2).
Task<Result<http::Response>> get(http::Client& client, const http::Request& request,
                                 const Place& place) {
  const bool was_kept = client.has_kept_connection();
  http::Client::Limits limits = limits_of(place);
  auto answer = co_await client.request(request, limits);
  if (answer || !was_kept || !is_lost(errc_of(answer.error()))) co_return answer;
  limits = limits_of(place);
  answer = co_await client.request(request, limits);
  co_return answer;
}

Task<Fetched> fetch_by(http::Client& client, const Place& place) {
  Listing listing(place.dialect.models);
  for (Listing::Step step = Listing::Step::more; step == Listing::Step::more;) {
    const std::string asked = listing.target();
    std::string target;
    const UpstreamSettings& provider = place.provider;
    place.dialect.append_target(target, {provider.address.path, {}, provider.api_version}, asked);
    const http::Request request{.method = "GET", .path = target, .fields = place.fields};
    const auto answer = co_await get(client, request, place);
    if (answer.has_error())
      co_return failed(FetchResult::error, std::string(answer.error().message()));
    const FetchResult result = result_of(answer->status);
    if (result != FetchResult::ok)
      co_return failed(result, "status " + std::to_string(answer->status));
    step = listing.take(answer->body);
    if (step == Listing::Step::fault)
      co_return failed(FetchResult::error, "the answer is no list of models");
  }
  Fetched fetched{.result = FetchResult::ok, .list = listing.list()};
  co_return fetched;
}

}  // namespace

Task<Fetched> fetch_models(http::Client& client, const UpstreamSettings& provider) {
  const CredentialsForm& form =
      credentials_form(*find_dialect(provider.type), provider.uses_bearer);
  Fetched fetched;
  const Clock::time_point end = Clock::now() + most_time;
  const std::size_t tries = std::max<std::size_t>(provider.keys.size(), 1);
  for (std::size_t i = 0; i < tries; ++i) {
    Secret credentials;
    if (!provider.keys.empty()) credentials = credentials_of(form, provider.keys[i].key);
    const Place place = place_of(provider, credentials.reveal(), end);
    fetched = co_await fetch_by(client, place);
    if (fetched.result != FetchResult::refused) break;
  }
  co_return fetched;
}

}  // namespace llmgw::proxy
