// SPDX-License-Identifier: MIT
// Reading, asking, keeping, saying.
#include "proxy/jwks/jwks_source.hpp"

#include "common/log/log.hpp"
#include "common/system/read_file.hpp"
#include "common/text/trim.hpp"

namespace llmgw::proxy {
namespace {

constexpr http::Client::Limits limits{std::chrono::seconds(5), std::chrono::seconds(10),
                                      JwkSet::most_bytes};

Result<std::unique_ptr<TlsContext>> trust(const std::string& ca_file) {
  if (ca_file.empty()) return TlsContext::make({});
  const auto pem = read_file(ca_file);
  if (pem.has_error()) return pem.error();
  return TlsContext::make(*pem);
}

// What a text file holds, without the line's end.
Result<Secret> bearer_of(const std::string& file) {
  auto content = read_file(file);
  if (content.has_error()) return content.error();
  std::string_view token = *content;
  while (token.ends_with('\n') || token.ends_with('\r')) token.remove_suffix(1);
  return Secret("Bearer " + std::string(trim(token)));
}

}  // namespace

JwksSource::JwksSource(Loop& loop, JwtSettings settings, Publish publish)
    : loop_(loop), settings_(std::move(settings)), publish_(std::move(publish)), pause_(loop) {}

void JwksSource::start() {
  if (settings_.keys_url) return spawn(run(shared_from_this()));
  const auto take_file = [this](Result<std::string> content) {
    (void)take(content ? Answer{.content = std::move(*content)} : failed(content.error()));
  };
  take_file(read_file(settings_.keys_file));
  file_.emplace(loop_, settings_.keys_file, take_file);
  file_->start();
}

void JwksSource::ask_again() noexcept {
  is_missed_ = false;
  if (pace_.may_ask(JwksPace::Clock::now())) pause_.cancel();
}

void JwksSource::stop() noexcept {
  is_ended_ = true;
  if (file_) file_->stop();
  pause_.cancel();
  if (client_ != nullptr) client_->cancel();
}

Task<void> JwksSource::run(std::shared_ptr<JwksSource> self) {
  while (!self->is_ended_) {
    const Answer answer = co_await self->fetch();
    if (self->is_ended_) co_return;
    const auto pause = self->pace_.next(self->take(answer));
    co_await self->pause_.wait(pause);
  }
}

// Connection, trust and token are needed for a moment in an hour, and may change between.
Task<JwksSource::Answer> JwksSource::fetch() {
  std::unique_ptr<TlsContext> tls;
  if (settings_.keys_url->tls) {
    auto made = trust(settings_.ca_file);
    if (made.has_error()) co_return failed(made.error());
    tls = std::move(*made);
  }
  Secret authorization;
  std::vector<http::OutField> fields{{"Accept", "application/jwk-set+json, application/json"}};
  if (!settings_.token_file.empty()) {
    auto bearer = bearer_of(settings_.token_file);
    if (bearer.has_error()) co_return failed(bearer.error());
    authorization = std::move(*bearer);
    fields.push_back({"Authorization", authorization.reveal()});
  }
  http::Client client(loop_, *settings_.keys_url, tls.get());
  const std::string path = settings_.keys_url->path.empty() ? "/" : settings_.keys_url->path;
  const http::Request request{.method = "GET", .path = path, .fields = fields};
  client_ = &client;
  auto answer = co_await client.request(request, limits);
  client_ = nullptr;
  if (answer.has_error()) co_return failed(answer.error());
  constexpr int ok = 200;
  Answer told{.content = std::move(answer->body)};
  if (answer->status != ok) told = {.reason = "status " + std::to_string(answer->status)};
  co_return told;
}

JwksSource::Answer JwksSource::failed(const boost::system::error_code& error) {
  return {.reason = error.message()};
}

bool JwksSource::take(const Answer& answer) {
  if (!answer.content) return note_failure(answer.reason);
  if (*answer.content == content_) {
    ++counts_.ok;
    told_.clear();
    return true;
  }
  auto keys = JwkSet::parse(*answer.content);
  if (!keys) return note_failure("no set of keys, or none among them that can be used");
  ++counts_.ok;
  counts_.keys = keys->size();
  content_ = *answer.content;
  told_.clear();
  log::info("keys of the issuer of tokens read", {{"keys", counts_.keys}});
  publish_(std::make_shared<const JwkSet>(std::move(*keys)));
  return true;
}

// Said once for each reason, however long it lasts.
bool JwksSource::note_failure(std::string reason) {
  ++counts_.failed;
  if (told_ != reason)
    log::warn("keys of the issuer of tokens are not to be had; those of before stay",
              {{"reason", reason}});
  told_ = std::move(reason);
  return false;
}

}  // namespace llmgw::proxy
