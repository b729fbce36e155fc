// SPDX-License-Identifier: MIT
// One set of rules after the other, and turns of fifty milliseconds.
#include "proxy/app_limits.hpp"

#include "common/log/log.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::chrono::milliseconds between_turns{50};
constexpr std::size_t most_lines = 100;

// Says what each rule means; of many the first ones.
class Told {
 public:
  void rules(std::string_view of, std::string_view name, const std::vector<quota::LimitRule>& all) {
    for (const quota::LimitRule& each : all)
      if (++lines_ <= most_lines)
        log::info("limit", {{"of", of},
                            {"name", name},
                            {"rule", each.id},
                            {"bound", quota::bound_in_words(each)}});
  }
  void end() const {
    if (lines_ > most_lines)
      log::info("more limits", {{"rules", static_cast<std::uint64_t>(lines_ - most_lines)}});
  }

 private:
  std::size_t lines_ = 0;
};

std::vector<quota::KeyLimits> limits_of_keys(const Config& config) {
  std::vector<quota::KeyLimits> keys;
  if (config.key_mode == KeyMode::off) return keys;
  for (const KeySettings& each : *config.keys)
    if (!is_unlimited(each.limits)) keys.push_back(each.limits);
  return keys;
}

// Those that no other scope has.
std::vector<const quota::Lent*> balances_of(const std::vector<std::unique_ptr<quota::Scope>>& gone,
                                            quota::Scopes& scopes) {
  std::vector<const quota::Lent*> lents;
  for (const auto& each : gone)
    for (const quota::Scope::Place& place : each->places())
      if (!scopes.has(each->name(), *place.cell)) lents.push_back(place.cell->lent.get());
  return lents;
}

void tell(const Config& config) {
  Told told;
  for (const quota::Plan& each : config.limits.plans) told.rules("plan", each.name, each.limits);
  for (const quota::TenantLimits& each : config.limits.tenants)
    told.rules("tenant", each.name, each.limits);
  if (config.key_mode != KeyMode::off)
    for (const KeySettings& each : *config.keys) told.rules("key", each.id, each.limits.limits);
  told.end();
  if (config.key_mode != KeyMode::required)
    log::warn("tenants name themselves: their limits are a courtesy, not a fence");
  const std::string_view mode = config.enforces_limits ? "enforce" : "observe";
  if (config.limits_url)
    return log::info("limits are lent by the collector",
                     {{"collector", to_string(*config.limits_url)}, {"mode", mode}});
  log::info("limits hold for this proxy alone", {{"mode", mode}});
}

}  // namespace

void AppLimits::use(const Config& config) {
  auto rules = std::make_shared<const quota::RuleSet>(config.limits, limits_of_keys(config));
  if (scopes_ == nullptr && rules->is_empty()) return;
  if (scopes_ == nullptr) begin(config);
  scopes_->renew(rules, ++generation_);
  if (borrower_ != nullptr) borrower_->use(rules, config.file.hash);
  for (const auto& each : workers_)
    each->limit({scopes_.get(), rules, generation_},
                [this](std::vector<quota::DecisionCount> counts) {
                  loop_.post([this, counts = std::move(counts)] { decisions_.add(counts); });
                });
  if (!turn_.is_set()) look_after();
}

void AppLimits::begin(const Config& config) {
  scopes_ = std::make_unique<quota::Scopes>(config.limits_url.has_value());
  tell(config);
  if (!config.limits_url) return;
  borrower_ = std::make_unique<BorrowerThread>(
      *config.limits_url, workers_.size(), [this](std::size_t worker) {
        workers_[worker]->look_at_units([this] { borrower_->looked(); });
      });
  borrower_->authorize(authorization_);
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->borrow(
        UnitWaits::most_in_process / workers_.size(),
        [this, i](UnitWaits::Changes changes) { borrower_->take(i, std::move(changes)); });
}

void AppLimits::authorize(Secret authorization) {
  authorization_ = std::move(authorization);
  if (borrower_ != nullptr) borrower_->authorize(authorization_);
}

void AppLimits::drain(std::function<void()> ended) {
  if (borrower_ == nullptr) return loop_.post(std::move(ended));
  borrower_->drain([this, ended = std::move(ended)] { loop_.post(ended); });
}

void AppLimits::hurry() {
  if (borrower_ != nullptr) borrower_->hurry();
}

void AppLimits::stop() {
  turn_.cancel();
  if (borrower_ != nullptr) borrower_->stop();
}

void AppLimits::look_after() {
  scopes_->look_after(quota::Clock::now());
  if (passing_ == 0) destroy_when_passed();
  turn_.set(between_turns, [this] { look_after(); });
}

// A worker may be in the middle of a search that has come to one of them.
void AppLimits::destroy_when_passed() {
  leaving_ = scopes_->collect();
  if (leaving_.empty()) return;
  passing_ = workers_.size() + 1;
  for (const auto& each : workers_)
    each->pass([this] {
      loop_.post([this] {
        if (--passing_ == 1) end_pass();
      });
    });
}

// What workers have told of their balances the borrower knows by then.
void AppLimits::end_pass() {
  const auto end = [this] {
    leaving_.clear();
    passing_ = 0;
  };
  if (borrower_ == nullptr) return end();
  borrower_->forget(balances_of(leaving_, *scopes_), [this, end] { loop_.post(end); });
}

}  // namespace llmgw::proxy
