// SPDX-License-Identifier: MIT
// The proxy's settings from a map, with files that exist here only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "proxy/config.hpp"

namespace llmgw::proxy::config_test {

using Map = Environment::Map;

inline constexpr const char* pem =
    "# comment\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

inline Result<std::string> read_fake(const std::string& path) {
  static const std::map<std::string, std::string> files{
      {"/key", "sk-from-file\n"},
      {"/crlf", "sk-crlf\r\n\n"},
      {"/empty", ""},
      {"/blank", "\n"},
      {"/two", "sk-a\nsk-b\n"},
      {"/space", "sk-a sk-b"},
      {"/high", "sk-\xc3\xa4"},
      {"/ca.pem", pem},
      {"/token", "hush-new\nhush-old\n"},
      {"/hash", "0123456789abcdef\n"},
      {"/short", "0123456789abcde\n"},
  };
  const auto found = files.find(path);
  if (found == files.end()) return make_error_code(boost::system::errc::no_such_file_or_directory);
  return found->second;
}

inline Checked<Config> load(Map map) {
  return load_config(Environment(std::move(map)), read_fake, 3);
}

// With the key set, as everything but the key's own tests need it.
inline Checked<Config> load_with(Map map) {
  map.insert({"UPSTREAM_OPENAI_API_KEY", "sk-secret"});
  return load(std::move(map));
}

inline Config good(Map map) {
  auto config = load_with(std::move(map));
  if (!config) {
    for (const auto& line : config.error().lines) ADD_FAILURE() << line;
    return {};
  }
  return *config;
}

}  // namespace llmgw::proxy::config_test
