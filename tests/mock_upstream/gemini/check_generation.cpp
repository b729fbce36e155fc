// SPDX-License-Identifier: MIT
// How the answer is to be made, and the schema it is to keep to.
#include <algorithm>
#include <limits>

#include "tests/mock_upstream/gemini/check.hpp"

namespace llmgw::mock::gemini {
namespace {

constexpr std::string_view path = "generation_config";

std::string place(std::string_view name) { return std::string(path) + "." + std::string(name); }

std::string lower(const Json& text) {
  std::string made = text_of(text);
  for (char& each : made) each = lower_case(each);
  return made;
}

void check_range(const Json& config, std::string_view name, double least, double most,
                 Complaint& complaint) {
  const Json& given = member(config, name);
  if (given.is_null()) return;
  const double value = number_of(given, most + 1);
  complaint.add_if(value < least || value > most, place(name),
                   "Invalid value at '" + place(name) + "': out of range");
}

void check_seed(const Json& seed, Complaint& complaint) {
  if (seed.is_null()) return;
  const std::int64_t value = whole_of(seed, std::numeric_limits<std::int64_t>::max());
  using Limits = std::numeric_limits<std::int32_t>;
  complaint.add_if(value < Limits::min() || value > Limits::max(), place("seed"),
                   "Invalid value at 'generation_config.seed' (TYPE_INT32), " + seed.dump());
}

void check_thinking(const Json& thinking, bool is_newer, Complaint& complaint) {
  if (thinking.is_null()) return;
  check_members(thinking, place("thinking_config"),
                {"includeThoughts", "thinkingBudget", "thinkingLevel"}, complaint);
  const std::string level = lower(member(thinking, "thinkingLevel"));
  const bool budget = !member(thinking, "thinkingBudget").is_null();
  complaint.add_if(budget && !level.empty(), place("thinking_config"),
                   "You can only set only one of thinking budget and thinking level.");
  complaint.add_if(!level.empty() && !is_newer, place("thinking_config"),
                   "Thinking level is not supported for this model.");
  constexpr std::string_view levels[] = {"", "minimal", "low", "medium", "high", "xhigh"};
  complaint.add_if(std::find(std::begin(levels), std::end(levels), level) == std::end(levels),
                   place("thinking_config"),
                   "Invalid value at 'generation_config.thinking_config.thinking_level'");
}

void check_format(const Json& config, Complaint& complaint) {
  const Json& schema = member(config, "responseSchema");
  const Json& json_schema = member(config, "responseJsonSchema");
  const std::string type = text_of(member(config, "responseMimeType"));
  complaint.add_if(!schema.is_null() && !json_schema.is_null(), place("response_schema"),
                   "Only one of response_schema and response_json_schema can be set.");
  const bool formed = !schema.is_null() || !json_schema.is_null();
  complaint.add_if(formed && type != "application/json" && type != "text/x.enum",
                   place("response_mime_type"),
                   "response_mime_type must be application/json where a schema is given.");
  if (!schema.is_null()) check_schema(schema, place("response_schema"), complaint);
}

}  // namespace

void check_generation(const Json& config, bool is_newer, Complaint& complaint) {
  if (config.is_null()) return;
  check_members(config, std::string(path),
                {"stopSequences",
                 "responseMimeType",
                 "responseSchema",
                 "responseJsonSchema",
                 "responseModalities",
                 "candidateCount",
                 "maxOutputTokens",
                 "temperature",
                 "topP",
                 "topK",
                 "seed",
                 "presencePenalty",
                 "frequencyPenalty",
                 "responseLogprobs",
                 "logprobs",
                 "enableEnhancedCivicAnswers",
                 "speechConfig",
                 "thinkingConfig",
                 "imageConfig",
                 "mediaResolution",
                 "audioTranscriptionConfig",
                 "responseFormat"},
                complaint);
  check_range(config, "temperature", 0, 2, complaint);
  check_range(config, "topP", 0, 1, complaint);
  check_range(config, "candidateCount", 1, 8, complaint);
  check_range(config, "maxOutputTokens", 1, 65'536, complaint);
  check_range(config, "presencePenalty", -2, 2, complaint);
  check_range(config, "frequencyPenalty", -2, 2, complaint);
  check_seed(member(config, "seed"), complaint);
  complaint.add_if(member(config, "stopSequences").size() > 5, place("stop_sequences"),
                   "The number of stop sequences must be at most 5.");
  const bool penalised =
      !member(config, "presencePenalty").is_null() || !member(config, "frequencyPenalty").is_null();
  complaint.add_if(penalised && is_newer, std::string(path),
                   "Penalty is not enabled for this model");
  check_thinking(member(config, "thinkingConfig"), is_newer, complaint);
  check_format(config, complaint);
}

void check_schema(const Json& schema, const std::string& where, Complaint& complaint) {
  if (complaint.has_fault()) return;
  check_members(schema, where,
                {"type",          "format",   "title",      "description", "nullable",
                 "enum",          "items",    "properties", "required",    "propertyOrdering",
                 "minItems",      "maxItems", "minLength",  "maxLength",   "minProperties",
                 "maxProperties", "minimum",  "maximum",    "pattern",     "default",
                 "example",       "anyOf"},
                complaint);
  const Json& type = at(schema, "type");
  complaint.add_if(!type.is_null() && !type.is_string(), where + ".type",
                   "Invalid value at '" + where + ".type': a list is no type");
  complaint.add_if(lower(type) == "array" && !at(schema, "items").is_object(), where + ".items",
                   "* " + where + ".items: missing field.");
  const Json& properties = at(schema, "properties");
  for (const auto& [key, value] : properties.items())
    check_schema(value, where + ".properties[" + key + "]", complaint);
  for (const auto& [key, value] : member(schema, "anyOf").items())
    check_schema(value, where + ".any_of[" + key + "]", complaint);
  const Json& items = at(schema, "items");
  if (!items.is_null()) check_schema(items, where + ".items", complaint);
}

}  // namespace llmgw::mock::gemini
