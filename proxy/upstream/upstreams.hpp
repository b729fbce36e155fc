// SPDX-License-Identifier: MIT
// Upstreams: those of one worker, and which of them a request is for.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <span>
#include <vector>

#include "proxy/route/table.hpp"
#include "proxy/upstream/upstream.hpp"

namespace llmgw::proxy {

/// Never changes but for keys: other settings make another one. An exchange holds the one that it
/// was admitted by, which thus lives as long as anybody needs it. Belongs to its worker's thread.
class Upstreams final
    : public boost::intrusive_ref_counter<Upstreams, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<Upstreams>;

  /// `all` are numbered as the table's names are.
  Upstreams(RouteTable table, std::vector<Upstream::Pointer> all)
      : table_(std::move(table)), all_(std::move(all)) {}

  const RouteTable& table() const noexcept { return table_; }
  Upstream& at(std::size_t number) noexcept { return *all_[number]; }
  std::span<const Upstream::Pointer> all() const noexcept { return all_; }
  /// Null if there is none of that name.
  Upstream* find(std::string_view name) noexcept {
    const auto number = table_.number_of(name);
    return number ? all_[*number].get() : nullptr;
  }

 private:
  RouteTable table_;
  std::vector<Upstream::Pointer> all_;
};

}  // namespace llmgw::proxy
