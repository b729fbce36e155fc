// SPDX-License-Identifier: MIT
// Commas, brackets and the places where something may still be added.
#include "proxy/provider/anthropic/turn_writer.hpp"

#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::anthropic {
namespace {

std::string_view opening_of(TurnRole role) noexcept {
  switch (role) {
    case TurnRole::user: return R"({"role":"user","content":[)";
    case TurnRole::assistant: return R"({"role":"assistant","content":[)";
    case TurnRole::system: return R"({"role":"system","content":[)";
    default: return {};
  }
}

}  // namespace

std::string& BlockWriter::begin() {
  if (wanted_ != role_) {
    close();
    if (count_ > 0) out_ += ',';
    out_ += opening_of(wanted_);
    role_ = wanted_;
  } else if (count_ > 0) {
    out_ += ',';
  }
  ++count_;
  text_at_ = 0;
  return out_;
}

void BlockWriter::end(std::string_view mark, bool is_asked) {
  takes_mark_ = mark.empty() && !is_asked;
  marks_.append(mark, is_asked, out_);
  out_ += '}';
}

void BlockWriter::end_unmarked() {
  takes_mark_ = false;
  out_ += '}';
}

void BlockWriter::text(std::string_view inside, std::string_view mark, bool is_asked) {
  if (chat::is_blank(inside)) return marks_.lose(mark, is_asked);
  begin() += R"({"type":"text","text":")";
  text_at_ = out_.size();
  text_size_ = inside.size();
  out_.append(inside).append("\"");
  end(mark, is_asked);
}

void BlockWriter::mark_last(std::string_view mark, std::size_t count) {
  if (mark.empty()) return;
  if (count_ == count || !takes_mark_) return marks_.lose(mark, false);
  out_.pop_back();
  end(mark, false);
}

void BlockWriter::trim_last_text() {
  if (text_at_ == 0 || role_ != TurnRole::assistant) return;
  const std::string_view inside(out_.data() + text_at_, text_size_);
  const std::size_t kept = chat::without_blank_end(inside).size();
  out_.erase(text_at_ + kept, text_size_ - kept);
}

void BlockWriter::close() {
  if (role_ == TurnRole::none) return;
  out_ += "]}";
  role_ = TurnRole::none;
}

}  // namespace llmgw::proxy::anthropic
