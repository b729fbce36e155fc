// SPDX-License-Identifier: MIT
// All functions are declared in one tool.
#include "proxy/provider/gemini/tools.hpp"

#include <vector>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/tools.hpp"
#include "proxy/provider/gemini/function_name.hpp"
#include "proxy/provider/gemini/json_out.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::ChatTool;
using chat::ToolChoice;
using Kind = chat::ToolChoice::Kind;

// Older models refuse objects that are known to have no members.
bool has_content(std::string_view reduced) {
  const bool is_object = chat::is_string(chat::member_of(reduced, "type"), "OBJECT");
  if (is_object) return !chat::is_vacant(chat::member_of(reduced, "properties"));
  return !chat::is_vacant(reduced);
}

bool append_reduced(const ChatTool& tool, const GeminiRequestTerms& terms, std::string& out) {
  const std::size_t begin = out.size();
  begin_member("parameters", out);
  const std::size_t schema = out.size();
  const SchemaFault fault = terms.reducer.append(tool.parameters, out);
  if (fault != SchemaFault::none) {
    const std::string place =
        tool.path.starts_with("tools") ? ".function.parameters" : ".parameters";
    return terms.losses.reject(tool.path + place, words_of(fault));
  }
  if (!has_content(std::string_view(out).substr(schema))) out.resize(begin);
  return true;
}

bool append_declaration(const ChatTool& tool, const GeminiRequestTerms& terms, std::string& out) {
  if (tool.is_strict) terms.losses.drop("tools.strict");
  if (!tool.cache_control.empty()) terms.losses.drop("cache_control");
  begin_element(out);
  out += R"({"name":")";
  append_gemini_function_name(tool.name, out);
  out += '"';
  if (!tool.description.empty()) append_member("description", tool.description, out);
  if (!tool.parameters.empty()) {
    if (terms.target.reduces_schema) {
      if (!append_reduced(tool, terms, out)) return false;
    } else {
      begin_member("parametersJsonSchema", out);
      append_json_schema(tool.parameters, out);
    }
  }
  out += '}';
  return true;
}

std::string_view mode_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::none: return "NONE";
    case Kind::required:
    case Kind::named: return "ANY";
    case Kind::unsaid:
    case Kind::automatic: break;
  }
  return "AUTO";
}

// `names`: of the functions that may be called where not all of them may; insides of strings.
void append_config(const ToolChoice& choice, const std::vector<std::string_view>& names,
                   std::string& out) {
  begin_member("toolConfig", out);
  out += R"({"functionCallingConfig":{)";
  append_text_member("mode", mode_of(choice.kind), out);
  if (!names.empty()) {
    begin_member("allowedFunctionNames", out);
    out += '[';
    for (const std::string_view name : names) {
      begin_element(out);
      out += '"';
      append_gemini_function_name(name, out);
      out += '"';
    }
    out += ']';
  }
  out += "}}";
}

class Declarations {
 public:
  Declarations(const GeminiRequestTerms& terms, const ToolChoice& choice, std::string& out)
      : terms_(terms), choice_(choice), out_(out), begin_(out.size()) {}

  // False: rejected.
  bool append() {
    begin_member("tools", out_);
    out_ += R"([{"functionDeclarations":[)";
    // A call that has to be made is held to some functions by their names, and all are declared;
    // one that may be made can only be held to those that are.
    ToolChoice declared = choice_;
    if (choice_.is_forced()) declared.allowed.reset();
    const auto take = [&](const ChatTool& tool) {
      ++count_;
      if (choice_.is_forced() && choice_.allowed && choice_.allows(tool.name))
        names_.push_back(tool.name);
      return append_declaration(tool, terms_, out_);
    };
    if (!chat::each_tool(terms_.request, declared, terms_.losses, take)) return false;
    if (count_ > 0) {
      out_ += "]}]";
    } else {
      out_.resize(begin_);
    }
    return true;
  }

  bool is_empty() const noexcept { return count_ == 0; }
  // That the choice allows, where it does not allow all.
  std::vector<std::string_view>& names() noexcept { return names_; }

 private:
  const GeminiRequestTerms& terms_;
  const ToolChoice& choice_;
  std::string& out_;
  std::size_t begin_;
  std::size_t count_ = 0;
  std::vector<std::string_view> names_;
};

}  // namespace

bool append_tools(const GeminiRequestTerms& terms, std::string& out) {
  ToolChoice choice;
  if (!chat::read_tool_choice(terms.request, terms.losses, choice)) return false;
  if (!chat::has_tools(terms.request)) return true;
  Declarations declarations(terms, choice, out);
  if (!declarations.append()) return false;
  std::vector<std::string_view>& names = declarations.names();
  if (choice.kind == Kind::named) names.assign(1, choice.name);
  if (choice.is_forced() && choice.allowed && names.empty())
    return terms.losses.reject("tool_choice.allowed_tools.tools",
                               "has to name a tool of the request");
  const bool is_refused = choice.is_forced() && !terms.target.has_forced_tools.value_or(true);
  if (is_refused) {
    terms.losses.refuse_value(choice.param);
  } else if (declarations.is_empty()) {
    if (choice.is_forced()) terms.losses.drop(choice.param);
  } else if (choice.kind != Kind::unsaid) {
    append_config(choice, names, out);
  }
  return true;
}

}  // namespace llmgw::proxy::gemini
