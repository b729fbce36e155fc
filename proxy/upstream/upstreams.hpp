// SPDX-License-Identifier: MIT
// Upstreams: those of one worker with their keys, and which of them a request is for.
#pragma once

#include <algorithm>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pricing/prices.hpp"
#include "proxy/route/native_path.hpp"
#include "proxy/route/table.hpp"
#include "proxy/upstream/upstream.hpp"

namespace llmgw::proxy {

/// Whether it is what dialects are translated for: a chat completion.
bool is_translatable(const http::RequestHead& head) noexcept;

/// Never changes but for keys: other settings make another one. An exchange holds the one that it
/// was admitted by, which thus lives as long as anybody needs it. Belongs to its worker's thread.
class Upstreams final
    : public boost::intrusive_ref_counter<Upstreams, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<Upstreams>;

  /// An upstream with what it is shown for each of its keys, and how long an exchange with it may
  /// last; zero: as long as it likes.
  struct Part {
    Upstream::Pointer upstream;
    std::vector<std::pair<std::string, Secret>> credentials = {};
    std::chrono::milliseconds total_limit{};
  };

  /// `parts` are numbered as the upstreams of the table are.
  Upstreams(RouteTable table, std::vector<Part> parts, pricing::PricesPointer prices = nullptr)
      : table_(std::move(table)), parts_(std::move(parts)), prices_(std::move(prices)) {}

  RouteTable& table() noexcept { return table_; }
  /// What their models cost; null: nothing is said of it.
  const pricing::Prices* prices() const noexcept { return prices_.get(); }
  Upstream& at(std::size_t number) noexcept { return *parts_[number].upstream; }
  std::span<const Part> all() const noexcept { return parts_; }
  std::chrono::milliseconds total_limit(std::size_t number) const noexcept {
    return parts_[number].total_limit;
  }
  /// Of a key by its number; empty for an upstream without keys. Good until that changes.
  std::string_view credentials(std::size_t number, std::size_t key) const noexcept {
    const auto& all = parts_[number].credentials;
    return key < all.size() ? all[key].second.reveal() : std::string_view();
  }
  /// Null if there is none of that name.
  Upstream* find(std::string_view name) noexcept {
    const auto number = table_.number_of(name);
    return number ? parts_[*number].upstream.get() : nullptr;
  }
  /// Those that have nothing for what is asked for in that dialect, also by translation where that
  /// may be, by their numbers; empty if all have.
  std::vector<bool> without(const http::RequestHead& head, ClientDialect dialect,
                            bool may_translate) const;
  /// Those that such requests are translated for, by their numbers.
  std::vector<bool> translating(const http::RequestHead& head) const;
  /// Whether any of them is spoken to in that dialect.
  bool speak(ClientDialect dialect) const noexcept {
    return std::any_of(parts_.begin(), parts_.end(), [dialect](const Part& each) {
      return each.upstream->dialect().number == static_cast<std::uint8_t>(dialect);
    });
  }

  /// Replaces a key, for requests from now on; nothing where there is none of these names.
  void set_key(std::string_view upstream, const UpstreamKey& key) {
    const auto number = table_.number_of(upstream);
    if (!number) return;
    Part& part = parts_[*number];
    for (auto& [name, credentials] : part.credentials)
      if (name == key.name) credentials = part.upstream->credentials_of(key.key);
  }

 private:
  RouteTable table_;
  std::vector<Part> parts_;
  pricing::PricesPointer prices_;
};

}  // namespace llmgw::proxy
