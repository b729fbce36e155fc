// SPDX-License-Identifier: MIT
// PURE: the constant facts of one API: how its servers are addressed, and what they mean by their
// answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/metering/request_reader.hpp"
#include "proxy/metering/usage_reader.hpp"
#include "proxy/provider/request_edit.hpp"

namespace llmgw::proxy {

/// What an answer says of the request, going by its status.
enum class StatusMeaning : std::uint8_t {
  final,           ///< it is the answer to the request, whatever it says
  may_be_refusal,  ///< nothing was processed, and it may be for an edit that the client knows
                   ///< nothing of: the text says so
};

/// The field that shows a server who asks.
struct CredentialsForm {
  std::string_view field;
  std::string_view scheme;  ///< stands before the key
};

/// A constant in each folder below provider/, listed in the registry. Adding one changes nothing
/// else.
struct Dialect {
  std::uint8_t number;    ///< its place in the registry
  std::string_view name;  ///< the type of a provider in settings, events and metrics
  CredentialsForm credentials;
  /// Appends where at a server whose addresses begin with `prefix` the thing is that clients ask
  /// for at `target`.
  void (*append_target)(std::string& out, std::string_view prefix, std::string_view target);
  StatusMeaning (*meaning_of)(int status) noexcept;
  const RequestReader& requests;  ///< how they are read, where clients speak this dialect
  const UsageReader& usage;       ///< how it is read from answers
  const RequestEdit* usage_edit;  ///< asks for usage that comes on demand only; null if none does
};

}  // namespace llmgw::proxy
