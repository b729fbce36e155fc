// SPDX-License-Identifier: MIT
// The configuration file while the proxy runs: watched, read anew, taken into use.
#include "common/log/log.hpp"
#include "proxy/app.hpp"

namespace llmgw::proxy {

void App::watch_config() {
  if (config_.file.path.empty()) return;
  config_watch_.emplace(loop_, config_.file,
                        [this](const FileReader& read) { return reload(read); });
  config_watch_->start();
  is_read_again_ = true;
}

// Keys that nobody is asked for are a mistake, and so is that nobody has one.
void App::tell_keys() const {
  const std::size_t count = current_.keys->size();
  if (current_.key_mode == KeyMode::off) {
    if (count > 0)
      log::warn("gateway keys are not asked for: GATEWAY_KEYS is off", {{"keys", count}});
    return;
  }
  log::info("gateway keys", {{"mode", word_of(key_modes, current_.key_mode)}, {"keys", count}});
  const bool knows_some = count > 0 || current_.jwt.is_set();
  if (!knows_some && current_.key_mode == KeyMode::required)
    log::warn("no gateway key is known: all requests are refused");
}

// Workers hear of the issuer before they take connections: a token is never taken for a key.
void App::use_issuer() {
  if (!current_.jwt.is_set()) return;
  jwks_ = std::make_shared<JwksSource>(
      loop_, current_.jwt, [this](std::shared_ptr<const JwkSet> keys) { set_issuer(keys); });
  set_issuer(nullptr);
  jwks_->start();
}

void App::set_issuer(std::shared_ptr<const JwkSet> keys) {
  auto issuer = std::make_shared<TokenIssuer>();
  issuer->terms = current_.jwt.terms;
  issuer->keys = std::move(keys);
  issuer->generation = ++issuer_generation_;
  issuer->miss_key = [source = jwks_.get(), this] {
    if (source->is_missed()) loop_.post([source] { source->ask_again(); });
  };
  for (const auto& each : workers_) each->set_issuer(issuer);
}

// What is wrong only where it is used, such as a certificate, is a fault of the file too.
Checked<ConfigOrigin> App::reload(const FileReader& read) {
  auto config = reload_config(current_, environment_, read);
  if (config.has_error()) return config.error();
  const auto keys = std::make_shared<const KeyTable>(config->keys, keys_.get());
  try {
    for (const auto& each : workers_) each->use(*config, keys);
  } catch (const std::exception& failure) {
    return Faults{{config->file.path + ": " + failure.what()}};
  }
  current_ = std::move(*config);
  keys_ = keys;
  limits_.use(current_);
  if (is_read_again_) {
    cooling_.renew();
    if (stop_signals_ == 0) discovery_.use(current_.upstreams);
  }
  return current_.file;
}

}  // namespace llmgw::proxy
