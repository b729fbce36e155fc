// SPDX-License-Identifier: MIT
// Decode, lend, write, encode, as the collector does.
#include "tests/lease_simulation/host.hpp"

namespace llmgw::simulation {

Host::Host(World& world, lease::RuleTerms terms, Duration started)
    : world_(world), terms_(std::move(terms)) {
  authority_ = make(world.now() - started);
}

std::unique_ptr<lease::Authority> Host::make(Instant started) const {
  return std::make_unique<lease::Authority>(
      lease::AuthorityOptions{.name = "authority-" + std::to_string(starts_), .has_ledger = true},
      [terms = terms_](std::string_view) { return std::optional(terms); }, started);
}

void Host::restart() {
  ++starts_;
  authority_ = make(world_.now());
  std::vector<lease::LedgerEntry> entries;
  for (const auto& [rule, stored] : disk_) {
    auto& entry = entries.emplace_back(lease::LedgerEntry{rule, stored.budget, {}});
    for (const auto& [proxy, lot] : stored.lots) entry.lots.push_back(lot);
  }
  authority_->restore(entries, world_.now());
}

lease::WallTime Host::wall() const {
  return lease::WallTime(
      std::chrono::duration_cast<std::chrono::milliseconds>(world_.now().time_since_epoch()) +
      clock_);
}

std::optional<std::string> Host::receive(const std::string& body) {
  const auto request = lease::decode_request(body);
  if (!request) return std::nullopt;
  auto outcome = authority_->sync(*request, world_.now(), wall());
  if (!outcome) return std::nullopt;
  if (outcome->waits_for_ledger && !write()) lease::Authority::take_lots_out(outcome->answer);
  return lease::encode(outcome->answer);
}

bool Host::write() {
  const auto changes = authority_->take_changes();
  if (world_.chance.is(disk_faults_)) {
    authority_->put_back(changes);
    return false;
  }
  for (const auto& change : changes) {
    Stored& stored = disk_[change.rule];
    stored.budget = change.budget;
    for (const auto& each : change.forgotten) stored.lots.erase(each);
    for (const auto& lot : change.lots) stored.lots[lot.proxy] = lot;
  }
  return true;
}

}  // namespace llmgw::simulation
