// SPDX-License-Identifier: MIT
// One part: exactly one kind of data, with what belongs to it.
#include <initializer_list>

#include "tests/mock_upstream/gemini/check.hpp"

namespace llmgw::mock::gemini {
namespace {

constexpr std::string_view kinds[] = {
    "text",           "inlineData",          "fileData", "functionCall", "functionResponse",
    "executableCode", "codeExecutionResult", "toolCall", "toolResponse"};

// An empty text is no data.
std::size_t count_data(const Json& part) {
  std::size_t count = 0;
  for (const std::string_view kind : kinds) {
    const Json& data = member(part, kind);
    const bool empty = data.is_null() || (data.is_string() && text_of(data).empty());
    count += empty ? 0 : 1;
  }
  return count;
}

void check_call(const Json& call, const std::string& path, Complaint& complaint) {
  if (call.is_null()) return;
  check_members(call, path + ".function_call", {"id", "name", "args"}, complaint);
  complaint.add_if(text_of(at(call, "name")).empty(), path + ".function_call.name",
                   "* GenerateContentRequest." + path +
                       ".function_call.name: Name cannot be "
                       "empty.");
  const Json& args = at(call, "args");
  complaint.add_if(!args.is_null() && !args.is_object(), path + ".function_call.args",
                   "Invalid value at '" + path + ".function_call.args'");
}

void check_response(const Json& response, const std::string& path, Complaint& complaint) {
  if (response.is_null()) return;
  check_members(response, path + ".function_response",
                {"id", "name", "response", "parts", "scheduling", "willContinue"}, complaint);
  complaint.add_if(text_of(at(response, "name")).empty(), path + ".function_response.name",
                   "* GenerateContentRequest." + path +
                       ".function_response.name: Name cannot be "
                       "empty.");
  complaint.add_if(!at(response, "response").is_object(), path + ".function_response.response",
                   "Invalid value at '" + path + ".function_response.response'");
}

void check_media(const Json& part, const std::string& path, Complaint& complaint) {
  const Json& data = member(part, "inlineData");
  check_members(data, path + ".inline_data", {"mimeType", "data", "displayName"}, complaint);
  complaint.add_if(data.is_object() && text_of(member(data, "mimeType")).empty(),
                   path + ".inline_data.mime_type", "Unsupported MIME type: ");
  complaint.add_if(data.is_object() && (!has(data, "data") || !bytes_of(at(data, "data"))),
                   path + ".inline_data.data",
                   "Invalid value at '" + path +
                       ".inline_data.data' (TYPE_BYTES), Base64 "
                       "decoding failed");
  const Json& file = member(part, "fileData");
  check_members(file, path + ".file_data", {"mimeType", "fileUri", "displayName"}, complaint);
  complaint.add_if(file.is_object() && text_of(member(file, "fileUri")).empty(),
                   path + ".file_data.file_uri", "Invalid or unsupported file uri: ");
}

}  // namespace

void check_part(const Json& part, const std::string& path, Complaint& complaint) {
  check_members(part, path,
                {"text", "inlineData", "fileData", "functionCall", "functionResponse",
                 "executableCode", "codeExecutionResult", "toolCall", "toolResponse", "thought",
                 "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata"},
                complaint);
  const Json& text = at(part, "text");
  complaint.add_if(!text.is_null() && !text.is_string(), path + ".text",
                   "Invalid value at '" + path + ".text' (TYPE_STRING)");
  complaint.add_if(count_data(part) != 1, path + ".data",
                   "* GenerateContentRequest." + path +
                       ".data: required oneof field 'data' must "
                       "have one initialized field");
  const std::string signature = text_of(member(part, "thoughtSignature"));
  complaint.add_if(
      !signature.empty() && signature != "skip_thought_signature_validator" && !bytes_of(signature),
      path + ".thought_signature",
      "Invalid value at '" + path +
          ".thought_signature' (TYPE_BYTES), Base64 "
          "decoding failed");
  check_call(member(part, "functionCall"), path, complaint);
  check_response(member(part, "functionResponse"), path, complaint);
  check_media(part, path, complaint);
}

}  // namespace llmgw::mock::gemini
