// SPDX-License-Identifier: MIT
// PURE: objects and lists of JSON, written member by member.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "collector/query/answer.hpp"
#include "collector/query/format.hpp"
#include "common/json/escape.hpp"

namespace llmgw::collector {

/// Members of an object, one after the other.
class ObjectText {
 public:
  void json(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? "{" : ",";
    append_json_string(name, text_);
    text_.append(":").append(value);
  }
  void text(std::string_view name, std::string_view value) {
    std::string quoted;
    append_json_string(value, quoted);
    json(name, quoted);
  }
  void number(std::string_view name, WideInteger value) { json(name, decimal(value)); }
  void truth(std::string_view name, bool value) { json(name, value ? "true" : "false"); }
  std::string finish() { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

template <class T, class Text>
std::string list_of(std::span<const T> items, Text text_of) {
  std::string text = "[";
  for (const T& each : items) {
    if (text.size() > 1) text += ',';
    text += text_of(each);
  }
  return text + "]";
}

}  // namespace llmgw::collector
