// SPDX-License-Identifier: MIT
// What the workers, the limits thread and the connection of a proxy do, one step at a time.
#include "tests/lease_simulation/node.hpp"

namespace llmgw::simulation {
namespace {

constexpr std::string_view rule = "t:team-a/limit";

}  // namespace

Node::Process::Process(const std::string& name, const lease::HolderTerms& terms, Instant now)
    : holders(name, {}, now), holder(&holders.add(rule, terms, balance)) {}

Node::Node(World& world, Network& network, Host& host, Totals& totals,
           const lease::HolderTerms& terms, std::string name)
    : world_(world),
      network_(network),
      host_(&host),
      totals_(totals),
      terms_(terms),
      name_(std::move(name)) {
  start();
}

void Node::start() {
  process_ =
      std::make_shared<Process>(name_ + '.' + std::to_string(starts_++), terms_, world_.now());
  // They do not all tick at once.
  world_.after(seconds(world_.chance.between(0, 0.05)),
               [this, process = process_] { tick(process); });
}

void Node::kill() {
  process_->is_alive = false;
  totals_.in_use -= process_->in_use;
  totals_.refused += process_->waiters.size();
  start();
}

void Node::drain() {
  process_->holders.drain();
  plan();
}

void Node::arrive(const Exchange& exchange) {
  ++totals_.asked;
  Process& process = *process_;
  if (process.balance.take(exchange.reserved)) return admit(exchange, {});
  switch (process.holder->stance()) {
    case lease::Stance::refuse: ++totals_.refused; return;
    case lease::Stance::charge:
      process.balance.give(-exchange.reserved);
      return admit(exchange, {});
    case lease::Stance::ask: break;
  }
  process.waiters.push_back({exchange, world_.now(), ++process.last_waiter});
  process.holders.wait(*process.holder, exchange.reserved);
  world_.after(lease::Holders::wait_time, [this, shared = process_, number = process.last_waiter] {
    if (shared->is_alive) give_up(number);
  });
  plan();
}

void Node::admit(const Exchange& exchange, Duration waited) {
  ++totals_.admitted;
  totals_.waits.add(waited);
  totals_.meter.add(exchange.reserved, world_.now());
  totals_.real.add(exchange.reserved, world_.now());
  process_->in_use += exchange.reserved;
  totals_.in_use += exchange.reserved;
  if (exchange.length == Duration{0}) return settle(process_, exchange);
  world_.after(exchange.length, [this, process = process_, exchange] {
    if (process->is_alive) settle(process, exchange);
  });
}

void Node::settle(const Shared& process, const Exchange& exchange) {
  process->in_use -= exchange.reserved;
  totals_.in_use -= exchange.reserved;
  process->balance.give(exchange.reserved - exchange.used);
  const Units unused = exchange.reserved - exchange.used;
  if (unused > 0) totals_.meter.add(-unused, world_.now());
  totals_.real.add(-unused, world_.now());
  totals_.debt += std::max<Units>(0, -unused);
}

void Node::end_wait(std::size_t at) {
  Process& process = *process_;
  process.holders.end_wait(*process.holder, process.waiters[at].exchange.reserved);
  process.waiters.erase(process.waiters.begin() + static_cast<std::ptrdiff_t>(at));
}

void Node::look_at_waiters() {
  Process& process = *process_;
  for (std::size_t i = 0; i < process.waiters.size();) {
    const Waiter waiter = process.waiters[i];
    if (process.balance.take(waiter.exchange.reserved)) {
      end_wait(i);
      admit(waiter.exchange, world_.now() - waiter.since);
    } else if (process.holder->stance() == lease::Stance::ask) {
      ++i;
    } else if (process.holder->stance() == lease::Stance::charge) {
      end_wait(i);
      process.balance.give(-waiter.exchange.reserved);
      admit(waiter.exchange, world_.now() - waiter.since);
    } else {
      end_wait(i);
      ++totals_.refused;
    }
  }
}

void Node::give_up(std::uint64_t number) {
  Process& process = *process_;
  for (std::size_t i = 0; i < process.waiters.size(); ++i) {
    if (process.waiters[i].number != number) continue;
    const Waiter waiter = process.waiters[i];
    end_wait(i);
    if (process.holder->without_answer() == lease::Stance::charge) {
      process.balance.give(-waiter.exchange.reserved);
      admit(waiter.exchange, world_.now() - waiter.since);
    } else if (process.balance.take(waiter.exchange.reserved)) {
      admit(waiter.exchange, world_.now() - waiter.since);
    } else {
      ++totals_.refused;
    }
    return;
  }
}

void Node::tick(const Shared& process) {
  if (!process->is_alive) return;
  process->holders.tick(world_.now());
  // As nobody waits longer than three seconds, and a lease lasts two.
  if (process->in_use > 0 && world_.now() - heard_at_ > seconds(1.8))
    old_slots_until_ = world_.now() + seconds(3);
  if (process->holders.contact() == lease::Contact::away) look_at_waiters();
  plan();
  const bool is_busy = process->holders.is_busy();
  world_.after(is_busy ? seconds(0.05) : seconds(0.25), [this, process] { tick(process); });
}

void Node::plan() {
  Process& process = *process_;
  const Instant at = process.holders.next_send(world_.now());
  if (at == Instant::max() || at >= process.send_at) return;
  process.send_at = at;
  world_.at(at, [this, shared = process_, at] {
    if (!shared->is_alive || shared->send_at != at) return;
    shared->send_at = Instant::max();
    if (shared->holders.next_send(world_.now()) <= world_.now()) return send();
    plan();
  });
}

void Node::send() {
  ++totals_.syncs;
  const std::string body = process_->holders.encode(world_.now());
  carry([this, process = process_, body] {
    const auto answer = host_->receive(body);
    if (answer) carry([this, process, text = *answer] { deliver(process, text); });
  });
}

// Each direction by itself: a cut-off node's words do not arrive, nor does it hear any.
void Node::carry(std::function<void()> arrival) {
  Chance& chance = world_.chance;
  if (is_cut_off() || chance.is(network_.lost)) return;
  const int copies = chance.is(network_.repeated) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    double delay = chance.between(network_.least_delay, network_.most_delay);
    if (chance.is(network_.late)) delay += 0.05;
    if (chance.is(network_.very_late)) delay += chance.between(0, 3);
    world_.after(seconds(delay), [this, arrival] {
      if (!is_cut_off()) arrival();
    });
  }
}

void Node::deliver(const Shared& process, const std::string& body) {
  if (!process->is_alive || !process->holders.on_answer(body, world_.now())) return;
  heard_at_ = world_.now();
  look_at_waiters();
  plan();
}

}  // namespace llmgw::simulation
