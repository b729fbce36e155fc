// SPDX-License-Identifier: MIT
// A list in the order of keeping, and where each key is in it.
#include "proxy/provider/signature_memory.hpp"

#include <iterator>

namespace llmgw::proxy {
namespace {

// What the list, the map and their strings take beside the bytes; about that of glibc's allocator.
constexpr std::size_t around_entry = 224;

// No tenant has a NUL in it, so that no two pairs make one key.
std::string key_of(std::string_view tenant, std::string_view call_id) {
  std::string key(tenant);
  key += '\0';
  return key.append(call_id);
}

}  // namespace

std::size_t SignatureMemory::size_of(const Entry& entry) noexcept {
  return entry.key.size() + entry.signature.size() + around_entry;
}

void SignatureMemory::forget(Entries::iterator entry) {
  size_ -= size_of(*entry);
  places_.erase(entry->key);
  entries_.erase(entry);
}

void SignatureMemory::keep(std::string_view tenant, std::string_view call_id,
                           std::string_view signature) {
  Entry entry{key_of(tenant, call_id), std::string(signature)};
  if (const auto known = places_.find(entry.key); known != places_.end()) forget(known->second);
  const std::size_t added = size_of(entry);
  if (added > most_) return;
  while (size_ + added > most_) forget(entries_.begin());
  entries_.push_back(std::move(entry));
  places_.emplace(entries_.back().key, std::prev(entries_.end()));
  size_ += added;
}

std::string_view SignatureMemory::find(std::string_view tenant, std::string_view call_id) const {
  if (places_.empty()) return {};
  const auto found = places_.find(key_of(tenant, call_id));
  return found == places_.end() ? std::string_view() : std::string_view(found->second->signature);
}

}  // namespace llmgw::proxy
