// SPDX-License-Identifier: MIT
// PURE: what every chunk and every answer begins with.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::chat_answer {

/// What an answer says of itself, as the insides of JSON strings; empty: nothing.
struct AnswerNames {
  std::string_view id;
  std::string_view model;
};

/// Appends `{"id":...,"object":OBJECT,"created":...,"model":...,"choices":[`. A name that is
/// missing, or too long to be repeated in each chunk, is made of the terms.
void append_answer_head(std::string_view object, const AnswerNames& names, const AnswerTerms& terms,
                        std::string& out);

/// The id of a call: the given one, which is the inside of a JSON string, or where that is empty
/// `call_` and 24 characters, the same for the same call.
std::string call_id(std::string_view given, std::string_view request_id, std::size_t choice,
                    std::size_t number);

}  // namespace llmgw::proxy::chat_answer
