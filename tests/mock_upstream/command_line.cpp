// SPDX-License-Identifier: MIT
// Flags with values.
#include "tests/mock_upstream/command_line.hpp"

#include "common/text/quantity.hpp"

namespace llmgw::mock {
namespace {

bool apply(std::string_view flag, std::string_view value, CommandLine& line) {
  if (flag == "--record") {
    line.record = value;
    return !value.empty();
  }
  if (flag == "--keys") {
    line.key = value;
    return !value.empty();
  }
  if (flag == "--models") {
    auto behaviour = parse_behaviour(value);
    if (behaviour.has_error()) return false;
    line.of_models = std::move(*behaviour);
    return true;
  }
  if (flag == "--listen") {
    const auto address = parse_listen_address(value);
    if (address) line.listen = *address;
    return address.has_value();
  }
  if (flag == "--healthcheck") {
    const auto address = parse_listen_address(value);
    if (address) line.healthcheck = *address;
    return address.has_value();
  }
  if (flag != "--threads") return false;
  const auto threads = parse_integer(value);
  if (!threads || *threads == 0 || *threads > 64) return false;
  line.threads = static_cast<unsigned>(*threads);
  return true;
}

std::string row(std::string_view form, std::string_view meaning) {
  std::string text = "  ";
  text.append(form).append(form.size() < 22 ? 22 - form.size() : 1, ' ');
  return text.append(meaning).append("\n");
}

}  // namespace

Checked<CommandLine> parse_command_line(std::span<const char* const> arguments) {
  CommandLine line;
  for (std::size_t index = 0; index < arguments.size(); index += 2) {
    const std::string flag = arguments[index];
    line.help = flag == "--help";
    if (line.help) return line;
    const std::string value = index + 1 < arguments.size() ? arguments[index + 1] : "";
    if (!apply(flag, value, line))
      return Faults{{flag + " " + value + ": not understood; see --help"}};
  }
  return line;
}

std::string help_text() {
  std::string text =
      "mock-upstream: a model provider for tests, which also fails as asked\n\n"
      "Usage: mock-upstream [--listen ADDRESS] [--threads N] [--record FILE] [--keys KEY]\n"
      "                     [--models OPTIONS]\n"
      "       mock-upstream --healthcheck ADDRESS\n\n";
  text +=
      row("--listen ADDRESS", "where to listen; 127.0.0.1:0 by default, port 0 being any free one");
  text += row("--threads N", "threads, 1 to 64; 1 by default");
  text += row("--record FILE",
              "appends a JSON line for each request and each connection that the client ends");
  text +=
      row("--keys KEY", "what keys= asks for below, of every request that does not say so itself");
  text += row("--models OPTIONS",
              "the behaviour of lists of models, as below, for requests without X-Mock");
  text += row("--healthcheck ADDRESS", "asks the mock that listens there; exit status 0 or 1");
  text += row("--help", "prints this text");
  text +=
      "\nPOST /v1/chat/completions, /v1/completions, /v1/embeddings, /v1/responses; GET "
      "/v1/models, /healthz;\n"
      "POST /mock/release?gate=NAME. The answer echoes the last user text.\n"
      "Azure: the same below /openai/deployments/NAME and /openai/v1, with what its filter finds.\n"
      "Anthropic: POST /v1/messages, /v1/messages/count_tokens; GET /v1/models with "
      "anthropic-version.\n"
      "Gemini: POST /v1beta/models/NAME:generateContent, :streamGenerateContent, :countTokens (v1 "
      "and v1alpha too);\n"
      "GET /v1beta/models. GET /mock/billing: what was billed so far, by dialect.\n\n"
      "Behaviour: the field X-Mock, or else a model named mock:... (of Anthropic and Gemini also "
      "NAME-mock:...),\nlists options as name=value,name=value:\n";
  for (const OptionHelp& each : behaviour_help()) text += row(each.form, each.meaning);
  text += "\nAnd, made for other dialects than OpenAI's:\n";
  for (const OptionHelp& each : native_behaviour_help()) text += row(each.form, each.meaning);
  return text;
}

}  // namespace llmgw::mock
