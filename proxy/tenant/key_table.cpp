// SPDX-License-Identifier: MIT
// PURE: filling the table, and looking into it.
#include "proxy/tenant/key_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace llmgw::proxy {
namespace {

std::uint64_t next_generation() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

KeyTable::KeyTable(KeyListPointer keys, const KeyTable* before)
    : keys_(std::move(keys)),
      places_(std::bit_ceil(std::max<std::size_t>(2 * keys_->size(), 2)), none),
      last_used_(std::make_unique<std::atomic<std::int64_t>[]>(keys_->size())),
      generation_(next_generation()) {
  for (std::uint32_t number = 0; number < keys_->size(); ++number) {
    std::size_t place = place_of((*keys_)[number].hash);
    while (places_[place] != none) place = (place + 1) & (places_.size() - 1);
    places_[place] = number;
  }
  if (before != nullptr) keep_uses(*before);
}

std::size_t KeyTable::place_of(const Sha256Digest& digest) const noexcept {
  std::uint64_t first;
  std::memcpy(&first, digest.data(), sizeof first);
  return first & (places_.size() - 1);
}

const KeySettings* KeyTable::find(const Sha256Digest& digest) const noexcept {
  for (std::size_t place = place_of(digest);; place = (place + 1) & (places_.size() - 1)) {
    if (places_[place] == none) return nullptr;
    const KeySettings& key = (*keys_)[places_[place]];
    if (is_same_digest(key.hash, digest)) return &key;
  }
}

const KeySettings* KeyTable::find_by_id(std::string_view id) const noexcept {
  const auto found = std::ranges::find(*keys_, id, &KeySettings::id);
  return found == keys_->end() ? nullptr : &*found;
}

// A key is the same one by its digest; what it is called, and whose it is, may change.
void KeyTable::keep_uses(const KeyTable& before) noexcept {
  for (const KeySettings& old : before.all()) {
    const KeySettings* const key = find(old.hash);
    if (key != nullptr) note_use(*key, before.last_use(old));
  }
}

}  // namespace llmgw::proxy
