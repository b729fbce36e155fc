// SPDX-License-Identifier: MIT
// The formula: 3, and for each message 3, its role, its text, and its name with one more. Beside it
// what tools, schemas and images add.
#include "proxy/tokens/chat_prompt.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "common/json/items.hpp"
#include "proxy/tokens/image_size.hpp"
#include "proxy/tokens/json_text.hpp"
#include "proxy/tokens/tool_text.hpp"

namespace llmgw::proxy {
namespace {

using json_items::inside_of;
using json_items::is_kind;
using json_items::is_nothing;
using json_items::is_string;
using json_items::JsonElements;
using json_items::member_of;

constexpr std::uint64_t of_reply = 3;
constexpr std::uint64_t of_message = 3;
constexpr std::uint64_t of_name = 1;
constexpr std::uint64_t of_tools = 9;
constexpr std::uint64_t of_tools_in_system = 4;  // fewer where a system message has them
constexpr std::uint64_t of_forced_tool = 4;
constexpr std::uint64_t of_no_tool = 1;
constexpr std::uint64_t of_unknown_image = 800;

class Prompt {
 public:
  explicit Prompt(const ModelFamily& family)
      : family_(family), counter_(family.encoding), count_{.quality = family.prompt} {}

  void add_conversation(std::string_view body);
  void add_embedded(std::string_view input);
  PromptCount finish(int offset);

  bool has_tools() const noexcept { return has_tools_; }

 private:
  void weaken(Quality quality) noexcept {
    count_.quality = std::max(count_.quality, quality);
    count_.has_parts = true;
  }
  void add_text(std::string_view value) {
    if (const auto inside = inside_of(value)) count_.tokens += count_inside(counter_, *inside);
  }
  void add_messages(std::string_view messages);
  void add_message(std::string_view message);
  void add_system_text(std::string_view value);
  void add_content(std::string_view content, bool is_system);
  void add_part(std::string_view part, bool is_system);
  void add_image(std::string_view part);
  void add_call(std::string_view call);
  void add_tools(std::string_view body);
  void add_choice(std::string_view choice);
  void add_schema(std::string_view body);

  const ModelFamily& family_;
  TokenCounter counter_;
  PromptCount count_;
  bool has_tools_ = false;
  bool has_system_ = false;
};

bool is_any_of(std::string_view value, std::initializer_list<std::string_view> texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [value](std::string_view text) { return is_string(value, text); });
}

// With tools the system message counts with a line end behind it.
void Prompt::add_system_text(std::string_view value) {
  const auto inside = inside_of(value);
  if (!inside) return;
  add_inside(counter_, *inside);
  if (has_tools_ && !has_system_) counter_.add("\n");
  count_.tokens += counter_.finish();
}

void Prompt::add_content(std::string_view content, bool is_system) {
  if (is_kind(content, JsonKind::text))
    return is_system ? add_system_text(content) : add_text(content);
  JsonElements parts(content);
  for (std::string_view each; parts.next(each);) add_part(each, is_system);
}

void Prompt::add_part(std::string_view part, bool is_system) {
  const std::string_view type = member_of(part, "type");
  if (is_any_of(type, {"text", "input_text", "output_text"})) {
    const std::string_view text = member_of(part, "text");
    return is_system ? add_system_text(text) : add_text(text);
  }
  if (is_string(type, "refusal")) return add_text(member_of(part, "refusal"));
  if (is_any_of(type, {"image_url", "input_image"})) return add_image(part);
  weaken(Quality::rough);
}

void Prompt::add_image(std::string_view part) {
  const std::string_view value = member_of(part, "image_url");
  const bool is_object = is_kind(value, JsonKind::object);
  const std::string_view detail = member_of(is_object ? value : part, "detail");
  const auto url = inside_of(is_object ? member_of(value, "url") : value);
  const auto size = url ? image_size_of_url(*url) : std::nullopt;
  const auto tokens =
      size ? image_tokens(family_.images, *size, is_string(detail, "low")) : std::nullopt;
  count_.tokens += tokens.value_or(of_unknown_image);
  weaken(tokens ? Quality::close : Quality::rough);
}

void Prompt::add_call(std::string_view call) {
  add_text(member_of(call, "name"));
  add_text(member_of(call, "arguments"));
  add_text(member_of(call, "output"));
  weaken(Quality::rough);
}

void Prompt::add_message(std::string_view message) {
  const std::string_view type = member_of(message, "type");
  const std::string_view role = member_of(message, "role");
  const std::string_view name = member_of(message, "name");
  const bool is_system = is_any_of(role, {"system", "developer"});
  count_.tokens += of_message;
  // The Responses API has calls and their outcome as items beside messages.
  if (!type.empty() && !is_string(type, "message")) return add_call(message);
  add_text(role);
  add_content(member_of(message, "content"), is_system);
  if (is_kind(name, JsonKind::text)) {
    add_text(name);
    count_.tokens += of_name;
  }
  has_system_ |= is_system;
  if (is_any_of(role, {"tool", "function"})) weaken(Quality::rough);
  JsonElements calls(member_of(message, "tool_calls"));
  for (std::string_view each; calls.next(each);) add_call(member_of(each, "function"));
  const std::string_view call = member_of(message, "function_call");
  if (!is_nothing(call)) add_call(call);
}

void Prompt::add_messages(std::string_view messages) {
  if (is_kind(messages, JsonKind::text)) {  // one message of the user
    count_.tokens += of_message + count_inside(counter_, "user");
    return add_text(messages);
  }
  JsonElements all(messages);
  for (std::string_view each; all.next(each);) add_message(each);
}

void Prompt::add_choice(std::string_view choice) {
  if (is_string(choice, "none")) {
    count_.tokens += of_no_tool;
  } else if (is_kind(choice, JsonKind::object)) {
    const std::string_view function = member_of(choice, "function");
    count_.tokens += of_forced_tool;
    add_text(member_of(function.empty() ? choice : function, "name"));
  }
}

void Prompt::add_tools(std::string_view body) {
  for (const auto& [tools, choice] :
       {std::pair{"tools", "tool_choice"}, std::pair{"functions", "function_call"}}) {
    const std::string_view definitions = member_of(body, tools);
    std::string_view first;
    if (!JsonElements(definitions).next(first)) continue;
    const bool is_known = add_tool_text(counter_, definitions);
    count_.tokens += counter_.finish() + of_tools;
    add_choice(member_of(body, choice));
    weaken(is_known ? family_.tools : Quality::rough);
    has_tools_ = true;
  }
}

void Prompt::add_schema(std::string_view body) {
  const std::string_view text = member_of(body, "text");
  const std::string_view format =
      text.empty() ? member_of(body, "response_format") : member_of(text, "format");
  if (!is_string(member_of(format, "type"), "json_schema")) return;
  const std::string_view wrapped = member_of(format, "json_schema");
  add_compact(counter_, member_of(wrapped.empty() ? format : wrapped, "schema"));
  count_.tokens += counter_.finish();
  weaken(Quality::rough);
}

void Prompt::add_conversation(std::string_view body) {
  const std::string_view messages = member_of(body, "messages");
  const std::string_view instructions = member_of(body, "instructions");
  add_tools(body);
  add_schema(body);
  count_.tokens += of_reply;
  if (is_kind(instructions, JsonKind::text)) {
    count_.tokens += of_message + count_inside(counter_, "system");
    add_system_text(instructions);
    has_system_ = true;
  }
  add_messages(messages.empty() ? member_of(body, "input") : messages);
  if (has_tools_ && has_system_) count_.tokens -= of_tools_in_system;
  // What is kept on the other side is part of the prompt, too.
  if (!is_nothing(member_of(body, "previous_response_id"))) weaken(Quality::lower_bound);
}

// Embeddings and completions: texts or lists of tokens, one or several.
void Prompt::add_embedded(std::string_view input) {
  if (is_kind(input, JsonKind::text)) return add_text(input);
  JsonElements all(input);
  for (std::string_view each; all.next(each);) {
    if (is_kind(each, JsonKind::number)) {
      ++count_.tokens;
    } else {
      add_embedded(each);
    }
  }
}

PromptCount Prompt::finish(int offset) {
  const auto tokens = static_cast<std::int64_t>(count_.tokens) + offset;
  count_.tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(tokens, 0));
  return count_;
}

bool is_embedding(std::string_view model) noexcept { return model.starts_with("text-embedding"); }

}  // namespace

std::optional<PromptCount> count_prompt(const ModelFamily& family, std::string_view body) {
  if (!json_items::is_json(body)) return std::nullopt;
  body.remove_prefix(std::min(body.find('{'), body.size()));
  Prompt prompt(family);
  const std::string_view text = member_of(body, "prompt");
  const std::string_view input = member_of(body, "input");
  if (!is_nothing(member_of(body, "messages")) ||
      (!is_nothing(input) && !is_embedding(family.prefix))) {
    prompt.add_conversation(body);
    return prompt.finish(prompt.has_tools() ? family.tools_offset : family.prompt_offset);
  }
  if (is_nothing(input) && is_nothing(text)) return std::nullopt;
  prompt.add_embedded(is_nothing(input) ? text : input);
  return prompt.finish(0);
}

}  // namespace llmgw::proxy
