// SPDX-License-Identifier: MIT
// Asking, keeping, saying, waiting.
#include "proxy/discovery/watch.hpp"

#include "common/log/log.hpp"

namespace llmgw::proxy {

DiscoveryWatch::DiscoveryWatch(Loop& loop, UpstreamSettings provider,
                               std::shared_ptr<const ModelList> list, DiscoveryCounts& counts,
                               Changed changed)
    : loop_(loop),
      provider_(std::move(provider)),
      list_(std::move(list)),
      counts_(counts),
      changed_(std::move(changed)),
      pause_(loop) {}

void DiscoveryWatch::start() { spawn(run(shared_from_this())); }

void DiscoveryWatch::end() noexcept {
  is_ended_ = true;
  pause_.cancel();
  if (client_ != nullptr) client_->cancel();
}

Task<void> DiscoveryWatch::run(std::shared_ptr<DiscoveryWatch> self) {
  for (;;) {
    Fetched fetched = co_await self->fetch();
    if (self->is_ended_) co_return;
    const FetchResult result = fetched.result;
    self->note(std::move(fetched));
    const auto pause = self->schedule_.next(result, self->list_ != nullptr);
    co_await self->pause_.wait(pause);
    if (self->is_ended_) co_return;
  }
}

// Connection, trust and addresses are needed for seconds in an hour: nothing of it is kept.
Task<Fetched> DiscoveryWatch::fetch() {
  std::unique_ptr<TlsContext> tls;
  if (provider_.address.tls) {
    auto made = TlsContext::make(provider_.ca_pem);
    if (made.has_error()) {
      Fetched failed{.reason = made.error().message()};
      co_return failed;
    }
    tls = std::move(*made);
  }
  http::Client client(loop_, provider_.address, tls.get());
  client_ = &client;
  Fetched fetched = co_await fetch_models(client, provider_);
  client_ = nullptr;
  co_return fetched;
}

void DiscoveryWatch::note(Fetched fetched) {
  ++counts_.fetches[static_cast<std::size_t>(fetched.result)];
  tell(fetched);
  if (fetched.list == nullptr || (list_ != nullptr && *list_ == *fetched.list)) return;
  list_ = std::move(fetched.list);
  counts_.models = list_->all().size();
  changed_();
}

// Once for each change, however long it lasts.
void DiscoveryWatch::tell(const Fetched& fetched) {
  if (told_ == fetched.reason) return;
  told_ = fetched.reason;
  if (fetched.result == FetchResult::ok)
    return log::info("provider has told its models",
                     {{"provider", provider_.name}, {"models", fetched.list->all().size()}});
  log::warn("provider does not tell its models; what is known of them stays",
            {{"provider", provider_.name}, {"reason", fetched.reason}});
}

}  // namespace llmgw::proxy
