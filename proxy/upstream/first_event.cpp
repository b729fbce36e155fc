// SPDX-License-Identifier: MIT
// OpenAI's streams fail by an event with a member `error`, Anthropic's by one that is called so;
// where Google speaks OpenAI's API an error stands in an array of one.
#include "proxy/upstream/first_event.hpp"

#include <utility>

#include "common/json/reader.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_data = 16 * 1024;  // of an event that may be an error; output is longer

bool has_error_member(std::string_view json) {
  const JsonReader<JsonForm::any> reader(json);
  const char* at = reader.blanks(reader.begin());
  if (const char* const element = reader.token(at, '[')) at = reader.blanks(element);
  at = reader.token(at, '{');
  while (at != nullptr) {
    JsonMember member;
    at = reader.member(reader.blanks(at), member);
    if (at == nullptr) return false;
    if (member.key == "error") return !member.value.empty() && member.value != "null";
    at = reader.token(reader.blanks(at), ',');
  }
  return false;
}

}  // namespace

FirstEvent::Kind FirstEvent::observe(std::string_view payload) {
  while (kind_ == Kind::none && !payload.empty()) {
    const auto piece = events_.next(payload);
    if (!piece) break;
    switch (piece->kind) {
      case SsePiece::Kind::name:
        is_ping_ = piece->text == "ping";
        is_error_ = piece->text == "error";
        break;
      case SsePiece::Kind::whole_data: kind_ = judge(piece->text); break;
      case SsePiece::Kind::data:
        data_.append(piece->text);
        if (data_.size() > most_data) kind_ = Kind::output;
        break;
      case SsePiece::Kind::end:
        kind_ = judge(data_);
        data_.clear();
        break;
    }
  }
  return kind_;
}

FirstEvent::Kind FirstEvent::judge(std::string_view data) {
  if (is_error_) return Kind::error;
  if (std::exchange(is_ping_, false)) return Kind::none;
  return has_error_member(data) ? Kind::error : Kind::output;
}

}  // namespace llmgw::proxy
