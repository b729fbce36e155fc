// SPDX-License-Identifier: MIT
// PURE: the constant facts of one API: how its servers are addressed, and what they mean by their
// answers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/metering/request_reader.hpp"
#include "proxy/metering/usage_reader.hpp"
#include "proxy/provider/model_listing.hpp"
#include "proxy/provider/rate_limits.hpp"
#include "proxy/provider/request_edit.hpp"
#include "proxy/provider/translation.hpp"

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

/// A field that servers demand: it is added where the client sent none of that name.
struct DefaultField {
  std::string_view name;
  std::string_view value;
};

/// Where the servers of a provider have things.
struct TargetPlace {
  std::string_view prefix;  ///< their addresses begin so
  /// What they call the model, for addresses that name one; empty: as the client's target names it.
  std::string_view model = {};
  std::string_view api_version = {};  ///< for addresses that tell one; empty: none do
};

/// A constant in each folder below provider/, listed in the registry. Adding one changes nothing
/// else.
struct Dialect {
  std::uint8_t number;    ///< its place in the registry
  std::string_view name;  ///< the type of a provider in settings, events and metrics
  CredentialsForm credentials;
  CredentialsForm other_credentials;  ///< that settings may choose instead; no field: there is none
  std::span<const DefaultField> defaults;
  /// Whether there is anything at `place` for what clients ask for at `target`.
  bool (*has_target)(const TargetPlace& place, std::string_view target) noexcept;
  /// Appends where it is. Where there is nothing, what is appended is of no use, but harmless.
  void (*append_target)(std::string& out, const TargetPlace& place, std::string_view target);
  StatusMeaning (*meaning_of)(int status) noexcept;
  const RequestReader& requests;  ///< how they are read, where clients speak this dialect
  const UsageReader& usage;       ///< how it is read from answers
  const RequestEdit* usage_edit;  ///< asks for usage that comes on demand only; null if none does
  const ModelListing& models;     ///< how its providers tell which models they have
  /// How usage is read from servers whose counts of the prompt hold what their cache served; null:
  /// as from all others.
  const UsageReader* inclusive_usage = nullptr;
  /// Asks for usage on every chunk; null: as `usage_edit` does.
  const RequestEdit* continuous_usage_edit = nullptr;
  /// Of chat completions into this dialect and back; null where they are its own.
  const Translation& (*translation)() noexcept = nullptr;
  RateLimitReader limits = nullptr;  ///< null where its heads tell of none
  /// How requests are read where it matters what they may take; null but for the one that clients
  /// speak.
  const RequestReader* counted_requests = nullptr;
};

}  // namespace llmgw::proxy
