// SPDX-License-Identifier: MIT
// A content is begun with its first part, so that turns without any leave no trace and neighbours
// of equal role become one.
#include "proxy/provider/gemini/contents.hpp"

#include "proxy/provider/chat/arguments.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/message.hpp"
#include "proxy/provider/gemini/call_signature.hpp"
#include "proxy/provider/gemini/function_name.hpp"
#include "proxy/provider/gemini/json_out.hpp"
#include "proxy/provider/gemini/media_part.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::ChatCall;
using chat::ChatMessage;
using chat::ChatPart;
using chat::ChatTurn;
using chat::Losses;
using chat::MessageMembers;
using chat::PartKind;

// Gemini caches by itself, and is not told where.
void name_marks(const ChatPart& part, Losses& losses) {
  if (!part.cache_control.empty()) losses.drop("cache_control");
  if (part.has_breakpoint) losses.drop("prompt_cache_breakpoint");
}

bool read_marked_members(const ChatMessage& message, Losses& losses, MessageMembers& members) {
  if (!chat::read_members(message, losses, members)) return false;
  if (!members.cache_control.empty()) losses.drop("cache_control");
  return true;
}

void append_text_part(std::string_view inside, std::string& out) {
  out += '{';
  append_text_member("text", inside, out);
  out += '}';
}

class ContentsWriter {
 public:
  ContentsWriter(const GeminiRequestTerms& terms, std::string& out) noexcept
      : terms_(terms), losses_(terms.losses), out_(out) {}

  // `current`: the first turn of the current one.
  bool write(const chat::Conversation& conversation, std::size_t current) {
    chat::TurnReader turns(conversation, losses_);
    for (std::size_t number = 0; const ChatTurn* const turn = turns.next(); ++number) {
      const bool is_written =
          turn->is_assistant ? write_model(*turn, number >= current) : write_user(*turn);
      if (!is_written) return false;
    }
    if (losses_.is_rejected()) return false;
    if (role_.empty()) return losses_.reject("messages", "has to hold more than system messages");
    out_ += "]}";
    return true;
  }

 private:
  void begin_part(std::string_view role) {
    if (role_ != role) {
      if (!role_.empty()) out_ += "]}";
      begin_element(out_);
      ((out_ += R"({"role":")") += role) += R"(","parts":[)";
      role_ = role;
    }
    begin_element(out_);
  }

  bool write_model(const ChatTurn& turn, bool is_current);
  bool write_call(const ChatCall& call, bool is_first_of_step);
  bool write_user(const ChatTurn& turn);
  bool write_result(const ChatMessage& message, const ChatCall& call);
  bool write_result_media(const ChatMessage& message);
  bool write_message(const ChatMessage& message, std::string_view role);
  bool write_part(const ChatPart& part, std::string_view role);
  void write_text(std::string_view inside, std::string_view role);

  static constexpr std::string_view user_ = "user";
  static constexpr std::string_view model_ = "model";

  const GeminiRequestTerms& terms_;
  Losses& losses_;
  std::string& out_;
  std::string_view role_;  // of the content that is open; empty: none was begun
};

// Calls follow the text of their message. Only the first one of a turn has to be signed.
bool ContentsWriter::write_model(const ChatTurn& turn, bool is_current) {
  std::size_t at = 0;
  for (const ChatMessage& message : turn.messages) {
    if (!write_message(message, model_)) return false;
    for (; at < turn.calls.size() && turn.calls[at].message == message.index; ++at) {
      if (!write_call(turn.calls[at], is_current && at == 0)) return false;
    }
  }
  return true;
}

bool ContentsWriter::write_call(const ChatCall& call, bool is_first_of_step) {
  if (!call.cache_control.empty()) losses_.drop("cache_control");
  begin_part(model_);
  out_ += R"({"functionCall":{"name":")";
  append_gemini_function_name(call.name, out_);
  out_ += R"(","args":)";
  if (!chat::append_arguments(call.arguments, out_))
    return losses_.reject(call.path(), "has to be one JSON object");
  if (!call.id.empty()) append_text_member("id", call.id, out_);
  out_ += '}';
  append_call_signature(call, is_first_of_step, terms_, out_);
  out_ += '}';
  return true;
}

// Results go first, with nothing between them.
bool ContentsWriter::write_user(const ChatTurn& turn) {
  for (std::size_t i = 0; i < turn.results.size(); ++i) {
    if (!write_result(*turn.results[i], turn.calls[i])) return false;
  }
  for (const ChatMessage* const each : turn.results) {
    if (!write_result_media(*each)) return false;
  }
  for (const ChatMessage& each : turn.messages) {
    if (!chat::is_result(each) && !write_message(each, user_)) return false;
  }
  return true;
}

// The text of a result, in one piece and never taken for JSON.
bool ContentsWriter::write_result(const ChatMessage& message, const ChatCall& call) {
  MessageMembers members;
  if (!read_marked_members(message, losses_, members)) return false;
  begin_part(user_);
  out_ += R"({"functionResponse":{"name":")";
  append_gemini_function_name(call.name, out_);
  out_ += '"';
  if (!call.id.empty()) append_text_member("id", call.id, out_);
  out_ += R"(,"response":{"output":")";
  const auto take = [&](const ChatPart& part) {
    name_marks(part, losses_);
    out_ += part.text;
    return true;
  };
  if (!chat::each_part(message, members.content, losses_, take)) return false;
  out_ += R"("}}})";
  return true;
}

bool ContentsWriter::write_result_media(const ChatMessage& message) {
  const std::string_view content = chat::member_of(message.object, "content");
  if (!chat::is_kind(content, JsonKind::array)) return true;
  return chat::each_part(message, content, losses_, [&](const ChatPart& part) {
    return part.kind == PartKind::text || write_part(part, user_);
  });
}

bool ContentsWriter::write_message(const ChatMessage& message, std::string_view role) {
  MessageMembers members;
  if (!read_marked_members(message, losses_, members)) return false;
  const auto take = [&](const ChatPart& part) {
    name_marks(part, losses_);
    return write_part(part, role);
  };
  if (!chat::each_part(message, members.content, losses_, take)) return false;
  write_text(chat::inside_of(members.refusal).value_or(""), role);
  return true;
}

bool ContentsWriter::write_part(const ChatPart& part, std::string_view role) {
  if (part.kind == PartKind::text) {
    write_text(part.text, role);
    return true;
  }
  begin_part(role);
  return append_media_part(part, losses_, out_);
}

void ContentsWriter::write_text(std::string_view inside, std::string_view role) {
  if (inside.empty()) return;
  begin_part(role);
  append_text_part(inside, out_);
}

// The turn behind the last one of others that brings no results: there the current turn begins, all
// steps of which the model thought of itself.
std::size_t current_turn(const chat::Conversation& conversation) {
  const auto is_assistant = [](const ChatMessage& each) {
    return each.role == chat::ChatRole::assistant;
  };
  std::size_t current = 0;
  std::size_t number = 0;
  const auto rest = conversation.rest();
  for (std::size_t i = 0; i < rest.size(); ++number) {
    const bool is_assistants = is_assistant(rest[i]);
    bool has_results = false;
    for (; i < rest.size() && is_assistant(rest[i]) == is_assistants; ++i)
      has_results = has_results || chat::is_result(rest[i]);
    if (!is_assistants && !has_results) current = number + 1;
  }
  return current;
}

}  // namespace

bool append_system_instruction(const chat::Conversation& conversation, Losses& losses,
                               std::string& out) {
  const std::size_t begin = out.size();
  begin_member("systemInstruction", out);
  out += R"({"parts":[)";
  const std::size_t empty = out.size();
  const auto take = [&](const ChatPart& part) {
    name_marks(part, losses);
    if (part.kind != PartKind::text)
      return losses.reject(part.path, "has to be text in a system message");
    if (part.text.empty()) return true;
    begin_element(out);
    append_text_part(part.text, out);
    return true;
  };
  for (const ChatMessage& each : conversation.system()) {
    MessageMembers members;
    if (!read_marked_members(each, losses, members) ||
        !chat::each_part(each, members.content, losses, take))
      return false;
  }
  if (out.size() == empty) {
    out.resize(begin);
  } else {
    out += "]}";
  }
  return true;
}

bool append_contents(const chat::Conversation& conversation, const GeminiRequestTerms& terms,
                     std::string& out) {
  begin_member("contents", out);
  out += '[';
  if (!ContentsWriter(terms, out).write(conversation, current_turn(conversation))) return false;
  out += ']';
  return true;
}

}  // namespace llmgw::proxy::gemini
