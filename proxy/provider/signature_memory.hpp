// SPDX-License-Identifier: MIT
// PURE: signatures of tool calls that clients may lose, kept so that they can be given back.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace llmgw::proxy {

/// Of one worker, in bounded memory; the oldest make way. A tenant's are nobody else's.
class SignatureMemory {
 public:
  static constexpr std::size_t usual_size = 8 * 1024 * 1024;

  /// `most`: bytes of all of it, with what keeping them takes.
  explicit SignatureMemory(std::size_t most = usual_size) noexcept : most_(most) {}
  SignatureMemory(const SignatureMemory&) = delete;
  SignatureMemory& operator=(const SignatureMemory&) = delete;

  /// `tenant`: without NUL. One that would not fit by itself is not kept.
  void keep(std::string_view tenant, std::string_view call_id, std::string_view signature);
  /// Empty if there is none. Good until the next keep().
  std::string_view find(std::string_view tenant, std::string_view call_id) const;

  std::size_t size() const noexcept { return size_; }
  std::size_t count() const noexcept { return places_.size(); }

 private:
  struct Entry {
    std::string key;
    std::string signature;
  };
  using Entries = std::list<Entry>;  // the oldest first

  static std::size_t size_of(const Entry& entry) noexcept;
  void forget(Entries::iterator entry);

  const std::size_t most_;
  std::size_t size_ = 0;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> places_;  // by views of their keys
};

/// One tenant's part of it; without a memory nothing is kept and nothing found.
struct TenantSignatures {
  SignatureMemory* memory = nullptr;
  std::string_view tenant = {};

  void keep(std::string_view call_id, std::string_view signature) const {
    if (memory != nullptr && !signature.empty()) memory->keep(tenant, call_id, signature);
  }
  std::string_view find(std::string_view call_id) const {
    return memory == nullptr ? std::string_view() : memory->find(tenant, call_id);
  }
};

}  // namespace llmgw::proxy
