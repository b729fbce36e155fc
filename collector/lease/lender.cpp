// SPDX-License-Identifier: MIT
// One thing after the other on the loop, and the disk beside it.
#include "collector/lease/lender.hpp"

#include <chrono>

#include "common/event/ids.hpp"
#include "common/log/log.hpp"
#include "lease/rule_terms.hpp"

namespace llmgw::collector {
namespace {

constexpr std::chrono::seconds between_looks{1};
constexpr std::size_t looks_a_sweep = 10;

lease::Instant now() noexcept { return std::chrono::steady_clock::now(); }

lease::WallTime wall_time() noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Another one with each start.
std::string make_name() {
  IdGenerator ids;
  return std::string(uuid_text(ids.next(std::chrono::system_clock::now())).view());
}

}  // namespace

Lender::Lender(Loop& loop, const quota::LimitSettings& limits, std::string policy,
               std::unique_ptr<Ledger> ledger)
    : loop_(loop), policy_(std::move(policy)), ledger_(std::move(ledger)), alarm_(loop) {
  lease::AuthorityOptions options{make_name(), limits.defaults.lease_ttl, ledger_ != nullptr};
  authority_ = std::make_unique<lease::Authority>(
      std::move(options), rules_of(std::make_shared<const quota::RuleSet>(limits)), now());
}

Lender::~Lender() = default;

lease::Authority::Rules Lender::rules_of(std::shared_ptr<const quota::RuleSet> rules) {
  return [rules = std::move(rules)](std::string_view id) -> std::optional<lease::RuleTerms> {
    const quota::LimitRule* const rule = rules->rule_of(id);
    if (rule == nullptr) return std::nullopt;
    return lease::rule_terms(*rule);
  };
}

Result<void> Lender::load() {
  if (ledger_ == nullptr) return {};
  const auto entries = ledger_->load();
  if (entries.has_error()) return entries.error();
  authority_->restore(*entries, now());
  return {};
}

void Lender::start() {
  alarm_.set(between_looks, [this] { look_after(); });
}

void Lender::stop() {
  alarm_.cancel();
  if (ledger_ == nullptr) return;
  writer_.submit(
      [this, changes = authority_->take_changes()] { static_cast<void>(ledger_->write(changes)); });
}

void Lender::look_after() {
  if (++seconds_ % looks_a_sweep == 0) authority_->sweep(now(), wall_time());
  if (ledger_ != nullptr && !writing_) write_next();
  start();
}

void Lender::set_limits(const quota::LimitSettings& limits, std::string policy) {
  policy_ = std::move(policy);
  authority_->set_rules(rules_of(std::make_shared<const quota::RuleSet>(limits)),
                        limits.defaults.lease_ttl, now());
}

Task<Lender::Answer> Lender::sync(std::string body) {
  const auto request = lease::decode_request(body);
  if (request.has_error()) {
    ++counts_.malformed;
    co_return Answer{400, "invalid_request",
                     "This is no request of a proxy: " + std::string(request.error().reason) + "."};
  }
  auto outcome = authority_->sync(*request, now(), wall_time());
  if (outcome.has_error() && outcome.error() == lease::Authority::Refusal::late) {
    ++counts_.late;
    co_return Answer{409, "late_request", "A newer request of this proxy was answered before."};
  }
  if (outcome.has_error()) {
    ++counts_.too_many;
    co_return Answer{503, "too_many_proxies", "There are more proxies than this collector takes."};
  }
  if (outcome->waits_for_ledger) {
    const Result<void> written = co_await write();
    if (written.has_error()) lease::Authority::take_lots_out(outcome->answer);
  }
  note(*request, outcome->answer);
  co_return Answer{.text = lease::encode(outcome->answer)};
}

void Lender::note(const lease::SyncRequest& request, const lease::SyncAnswer& answer) {
  ++counts_.answered;
  if (!request.policy.empty() && request.policy != policy_) ++counts_.policy_mismatches;
  for (const lease::RuleAnswer& each : answer.rules) counts_.unknown_rules += each.is_unknown;
}

Task<Result<void>> Lender::write() {
  OneShot<Result<void>> done;
  waiting_.push_back(&done);
  if (!writing_) write_next();
  co_return co_await done;
}

// What has changed is taken when its write begins, all at one moment: what is on disk is then what
// the authority once was.
void Lender::write_next() {
  auto changes = authority_->take_changes();
  if (changes.empty() && waiting_.empty()) return;
  round_ = std::exchange(waiting_, {});
  writing_ = true;
  begun_at_ = now();
  writer_.submit([this, changes = std::move(changes)] {
    const Result<void> outcome = ledger_->write(changes);
    loop_.post([this, outcome, changes] { finish(outcome, changes); });
  });
}

void Lender::finish(const Result<void>& outcome, const std::vector<lease::LedgerChange>& changes) {
  const auto round = std::exchange(round_, {});
  writing_ = false;
  if (outcome.has_value()) {
    ++counts_.writes;
    counts_.write_seconds.observe(std::chrono::duration<double>(now() - begun_at_).count());
    if (!std::exchange(healthy_, true)) log::info("budgets are lent again");
  } else {
    ++counts_.failed_writes;
    authority_->put_back(changes);
    // Said once: proxies ask again and again.
    if (std::exchange(healthy_, false))
      log::error("budgets cannot be written down, and are not lent",
                 {{"variable", "LIMITS_STATE_DIR"}, {"reason", outcome.error().message()}});
  }
  if (!waiting_.empty()) write_next();  // before the answers, so that the disk is not kept waiting
  for (OneShot<Result<void>>* const each : round) each->set(outcome);
}

}  // namespace llmgw::collector
