// SPDX-License-Identifier: MIT
// The head and the top level of the body.
#include "tests/mock_upstream/anthropic/check.hpp"

#include <algorithm>

namespace llmgw::mock::anthropic {
namespace {

constexpr std::string_view oldest_version = "2023-06-01";
constexpr std::string_view without_sampling = "2026-10-21";

void check_version(std::string_view version, Complaint& complaint) {
  if (complaint.add_if(version.empty(), "anthropic-version",
                       "anthropic-version: header is required"))
    return;
  complaint.add_if(version != oldest_version && version != without_sampling, "anthropic-version",
                   "anthropic-version: \"" + std::string(version) + "\" is not a valid version");
}

void check_max_tokens(const Call& call, const Json& body, const Model& model,
                      Complaint& complaint) {
  const Json& given = at(body, "max_tokens");
  if (complaint.add_if(!has(body, "max_tokens"), "max_tokens", "max_tokens: Field required"))
    return;
  const std::int64_t count = whole_of(given, 0);
  if (complaint.add_if(!given.is_number_integer(), "max_tokens",
                       "max_tokens: Input should be a valid integer"))
    return;
  complaint.add_if(count < 1, "max_tokens",
                   "max_tokens: Input should be greater than or equal to 1");
  const auto most =
      static_cast<std::int64_t>(call.behaviour.native.most_tokens.value_or(model.most_tokens));
  complaint.add_if(count > most, "max_tokens",
                   "max_tokens: " + std::to_string(count) + " > " + std::to_string(most) +
                       ", which is the maximum allowed number of output tokens for " +
                       call.prompt.model);
}

void check_sampling(std::string_view version, const Json& body, const Model& model,
                    Complaint& complaint) {
  const double temperature = number_of(at(body, "temperature"), 1);
  const double top_p = number_of(at(body, "top_p"), 1);
  complaint.add_if(temperature < 0 || temperature > 1, "temperature", "temperature: range: 0..1");
  complaint.add_if(top_p < 0 || top_p > 1, "top_p", "top_p: range: 0..1");
  for (const char* name : {"temperature", "top_p", "top_k"}) {
    complaint.add_if(version == without_sampling && has(body, name), name,
                     std::string(name) + ": Extra inputs are not permitted");
  }
  if (model.sampling) return;
  complaint.add_if(temperature != 1, "temperature",
                   "temperature: only 1.0 is supported for this model");
  complaint.add_if(top_p < 0.99, "top_p", "top_p: must be at least 0.99 for this model");
  complaint.add_if(has(body, "top_k"), "top_k", "top_k: not supported for this model");
}

void check_stop_sequences(const Json& sequences, Complaint& complaint) {
  if (sequences.is_null()) return;
  if (complaint.add_if(!sequences.is_array(), "stop_sequences",
                       "stop_sequences: Input should be a valid list"))
    return;
  const bool blank = std::any_of(sequences.begin(), sequences.end(), [](const Json& each) {
    return text_of(each).find_first_not_of(" \t\r\n") == std::string::npos;
  });
  complaint.add_if(blank, "stop_sequences",
                   "stop_sequences: each stop sequence must contain non-whitespace");
}

void check_others(const Json& body, Complaint& complaint) {
  const Json& stream = at(body, "stream");
  complaint.add_if(!stream.is_null() && !stream.is_boolean(), "stream",
                   "stream: Input should be a valid boolean");
  check_members(at(body, "metadata"), "metadata", {"user_id"}, complaint);
  complaint.add_if(text_of(at(at(body, "metadata"), "user_id")).size() > 512, "metadata.user_id",
                   "metadata.user_id: String should have at most 512 characters");
  const std::string tier = text_of(at(body, "service_tier"));
  complaint.add_if(!tier.empty() && tier != "auto" && tier != "standard_only", "service_tier",
                   "service_tier: Input should be 'auto' or 'standard_only'");
}

// Marks anywhere in the request; nothing else of that name occurs but in schemas and arguments.
std::size_t count_marks(const Json& json) {
  if (!json.is_structured()) return 0;
  std::size_t count = 0;
  for (const auto& [key, value] : json.items()) {
    if (json.is_object() && (key == "input_schema" || key == "input")) continue;
    count += json.is_object() && key == "cache_control" && value.is_object() ? 1 : 0;
    count += count_marks(value);
  }
  return count;
}

}  // namespace

void check_members(const Json& object, const std::string& path,
                   std::initializer_list<std::string_view> known, Complaint& complaint) {
  if (!object.is_object()) return;
  for (const auto& [key, value] : object.items()) {
    const std::string place = below(path, key);
    complaint.add_if(std::find(known.begin(), known.end(), key) == known.end(), place,
                     place + ": Extra inputs are not permitted");
  }
}

Complaint check(const Call& call, const http::EndpointHead& head, const Json& body) {
  Complaint complaint;
  const std::string_view version = head.value("anthropic-version");
  check_version(version, complaint);
  if (call.endpoint == Endpoint::models) return complaint;
  const Model model = model_of(call.prompt.model);
  complaint.add_if(call.prompt.model.empty(), "model", "model: Field required");
  check_members(body, "", {"model",         "messages",       "max_tokens",    "system",
                           "metadata",      "stop_sequences", "stream",        "temperature",
                           "top_p",         "top_k",          "thinking",      "tools",
                           "tool_choice",   "service_tier",   "container",     "context_management",
                           "mcp_servers",   "output_config",  "output_format", "cache_control",
                           "inference_geo", "speed",          "diagnostics",   "compaction"},
                complaint);
  if (call.endpoint == Endpoint::messages) check_max_tokens(call, body, model, complaint);
  check_sampling(version, body, model, complaint);
  check_stop_sequences(at(body, "stop_sequences"), complaint);
  check_others(body, complaint);
  const std::size_t marks = count_marks(body);
  complaint.add_if(marks > 4, "cache_control",
                   "A maximum of 4 blocks with cache_control may be provided. Found " +
                       std::to_string(marks) + ".");
  check_output(body, model, complaint);
  check_tools(body, model, complaint);
  check_messages(body, model, complaint);
  return complaint;
}

}  // namespace llmgw::mock::anthropic
