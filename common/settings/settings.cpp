// SPDX-License-Identifier: MIT
// Reading settings: one function a kind, each with the phrase that says what it accepts.
#include "common/settings/settings.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/json/escape.hpp"
#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

constexpr std::size_t most_shown = 200;  // bytes of a bad value

constexpr std::string_view address_forms =
    "not an address to listen on such as :8080, 127.0.0.1:8080, [::1]:8080 or localhost:8080 (no "
    "other host names)";

}  // namespace

void throw_exception_from_error(const Faults& faults, const boost::source_location&) {
  throw std::runtime_error(faults.lines.empty() ? "bad settings" : faults.lines.front());
}

std::string to_text(std::span<const EffectiveSetting> settings) {
  std::string text;
  for (const auto& [name, value] : settings)
    text.append(name).append("=").append(value).append("\n");
  return text;
}

std::optional<std::string> Settings::text(std::string_view name) const {
  const auto row = std::find_if(table_.begin(), table_.end(),
                                [name](const Variable& variable) { return variable.name == name; });
  if (row == table_.end()) throw std::logic_error("no such setting: " + std::string(name));
  if (auto value = environment_.find(name)) return value;
  if (row->value.empty()) return std::nullopt;
  return std::string(row->value);
}

Settings::Duration Settings::duration(std::string_view name, Duration least, Duration most) {
  const auto value = text(name).value_or("");
  const auto duration = parse_duration(value);
  if (duration && *duration >= least && *duration <= most) return *duration;
  fault(name, value,
        "not a duration from " + format_duration(least) + " to " + format_duration(most) +
            ", such as 500ms, 2s or 1m30s");
  return least;
}

std::uint64_t Settings::size(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const auto value = text(name).value_or("");
  const auto size = parse_size(value);
  if (size && *size >= least && *size <= most) return *size;
  fault(name, value,
        "not a size from " + format_size(least) + " to " + format_size(most) +
            ", such as 65536, 256KB or 64MB");
  return least;
}

std::uint64_t Settings::integer(std::string_view name, std::uint64_t least, std::uint64_t most,
                                std::uint64_t fallback) {
  const auto value = text(name);
  if (!value) return fallback;
  const auto number = parse_integer(*value);
  if (number && *number >= least && *number <= most) return *number;
  fault(name, *value,
        "not an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

ListenAddress Settings::listen_address(std::string_view name) {
  const auto value = text(name).value_or("");
  if (auto address = parse_listen_address(value)) return std::move(*address);
  fault(name, value, address_forms);
  return {};
}

std::optional<ListenAddress> Settings::listen_address_or_off(std::string_view name) {
  const auto value = text(name).value_or("");
  if (value == "off") return std::nullopt;
  if (auto address = parse_listen_address(value)) return address;
  fault(name, value, std::string(address_forms) + ", nor off");
  return std::nullopt;
}

std::optional<HttpUrl> Settings::http_url(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  auto url = parse_http_url(*value);
  if (url) return std::move(*url);
  fault(name, redact_url(*value), "not an http or https URL: " + url.error());
  return std::nullopt;
}

std::size_t Settings::index_of(std::string_view name, std::span<const std::string_view> words) {
  const auto value = text(name).value_or("");
  const auto found = std::find(words.begin(), words.end(), value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string accepted;
  for (const auto word : words) {
    if (!accepted.empty()) accepted += word == words.back() ? " or " : ", ";
    accepted += word;
  }
  fault(name, value, "not one of " + accepted);
  return 0;
}

void Settings::fault(std::string_view name, std::string_view value, std::string_view reason) {
  std::string line(name);
  line += '=';
  const auto shown = bounded(value, most_shown);
  append_json_string(shown, line);
  if (shown.size() < value.size()) line += "...";
  line += ": ";
  line += reason;
  faults_.lines.push_back(std::move(line));
}

void Settings::fault(std::string_view name, std::string_view reason) {
  std::string line(name);
  line += ": ";
  line += reason;
  faults_.lines.push_back(std::move(line));
}

}  // namespace llmgw
