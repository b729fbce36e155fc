// SPDX-License-Identifier: MIT
// 256 random bits, shown once; the file gets their digest.
#include "collector/command/token.hpp"

#include <cstdio>

#include "collector/command/report.hpp"
#include "collector/store/query_access.hpp"
#include "common/system/secure_random.hpp"
#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

std::string new_token() {
  SecureRandom random;
  std::string token = "llmq_";
  for (int i = 0; i < 4; ++i) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(random.next()));
    token += digits;
  }
  return token;
}

}  // namespace

int run_token(std::span<const char* const> rest, const Config&) {
  const bool has_form = rest.size() == 3 && std::string_view(rest[1]) == "--scope";
  const std::string_view name = has_form ? rest[0] : "";
  const bool is_name = !name.empty() && name[0] != '#' && name[0] != '-' &&
                       name.find_first_of(" \t\r\n") == std::string_view::npos;
  const bool is_scope =
      has_form && parse_scope(rest[2]) &&
      std::string_view(rest[2]).find_first_of(" \t\r\n") == std::string_view::npos;
  if (!is_name || !is_scope) {
    complain(
        "token: needs a name without blanks, and --scope admin or --scope tenant=team-a,team-b");
    return bad_usage_status;
  }
  const std::string token = new_token();
  tell("token, shown this once:      " + token);
  tell("line for QUERY_TOKENS_FILE:  " + std::string(name) + " sha256:" + sha256_hex(token) + " " +
       rest[2]);
  return 0;
}

}  // namespace llmgw::collector
