// SPDX-License-Identifier: MIT
// URLs, addresses, quantities and whole environments: what is accepted is read back the same, and
// no secret shows.
#include <array>

#include "common/text/quantity.hpp"
#include "proxy/config.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw {
namespace {

constexpr std::string_view secret = "sk-FUZZED-SECRET";

void read_back(std::string_view text) {
  if (const auto url = parse_http_url(text)) {
    const auto again = parse_http_url(to_string(*url));
    fuzz::require(again.has_value() && *again == *url);
    fuzz::require(url->port != 0 && !url->host.empty());
  }
  redact_url(text);
  if (const auto address = parse_listen_address(text))
    fuzz::require(parse_listen_address(to_string(*address)) == address);
  if (const auto duration = parse_duration(text); duration && duration->count() >= 0)
    fuzz::require(parse_duration(format_duration(*duration)) == duration);
  if (const auto bytes = parse_size(text)) fuzz::require(parse_size(format_size(*bytes)) == bytes);
}

// Lines of the input are the values of the variables, in the order of the table.
void load(std::string_view text) {
  if (text.find(secret) != text.npos) return;  // written where no secret belongs, it may be shown
  Environment::Map map;
  for (const Variable& each : proxy::variables()) {
    const auto end = text.find('\n');
    map.emplace(each.name, text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  map["UPSTREAM_OPENAI_API_KEY"] = secret;
  map["UPSTREAM_OPENAI_API_KEY_FILE"] = "";
  const auto nothing = [](const std::string&) -> Result<std::string> { return errc::io_failed; };
  const auto config = proxy::load_config(Environment(std::move(map)), nothing, 2);
  if (config.has_error()) {
    for (const std::string& line : config.error().lines)
      fuzz::require(line.find(secret) == line.npos && line.find('\n') == line.npos);
    return;
  }
  const std::string shown = to_text(proxy::effective(*config));
  fuzz::require(shown.find(secret) == shown.npos);
}

}  // namespace
}  // namespace llmgw

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  llmgw::read_back(text.substr(0, text.find('\n')));
  llmgw::load(text);
  return 0;
}
