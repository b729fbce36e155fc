// SPDX-License-Identifier: MIT
// Configuration files of any content: nothing crashes, faults are single lines, no secret shows.
#include <string>

#include "proxy/config.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw {
namespace {

constexpr std::string_view secret = "sk-FUZZED-SECRET";

void require_hidden(std::string_view text) { fuzz::require(text.find(secret) == text.npos); }

void load(const std::string& text) {
  const auto read = [&text](const std::string& path) -> Result<std::string> {
    if (path == "c.yaml") return text;
    if (path == "key") return std::string(secret);
    return errc::io_failed;
  };
  const auto list = [](const std::string& path) -> Result<std::vector<std::string>> {
    return std::vector{path};
  };
  const Environment environment(
      Environment::Map{{"GATEWAY_CONFIG", "c.yaml"}, {"KEY", std::string(secret)}});
  const auto config = proxy::load_config(environment, read, 2, list);
  if (config.has_error()) {
    for (const std::string& line : config.error().lines) {
      require_hidden(line);
      fuzz::require(line.find('\n') == line.npos);
    }
    return;
  }
  for (const auto& [path, value, by] : config->file.effective) require_hidden(value);
  fuzz::require(config->default_upstream.value_or(0) < config->upstreams.size());
  for (const auto& each : config->upstreams)
    fuzz::require(!each.name.empty() && !each.type.empty() && each.address.port != 0);
  const auto again = proxy::reload_config(*config, environment, read, list);
  fuzz::require(again.has_value() && again->upstreams == config->upstreams);
}

}  // namespace
}  // namespace llmgw

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find(llmgw::secret) == text.npos) llmgw::load(text);  // written there, it may be shown
  return 0;
}
