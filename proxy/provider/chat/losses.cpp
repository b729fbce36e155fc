// SPDX-License-Identifier: MIT
// Lists of names that are short, whatever the request.
#include "proxy/provider/chat/losses.hpp"

#include <algorithm>

#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::chat {
namespace {

constexpr std::string_view the_rest = "...";

bool is_harmless(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("_-.[]").find(c) != std::string_view::npos);
}

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (names.size() > Losses::most_names) return;
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  names.emplace_back(names.size() == Losses::most_names ? the_rest : name);
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& each : names) {
    if (!list.empty()) list += ", ";
    list += "'" + each + "'";
  }
  return list;
}

}  // namespace

void Losses::drop(std::string_view name) { add_once(dropped_, name); }

void Losses::drop_unknown(std::string_view prefix, std::string_view key) {
  std::string name = decoded(key.substr(0, longest_name));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_harmless(c); }, '_');
  if (name.empty()) name = "_";
  drop(std::string(prefix) + name.substr(0, longest_name));
}

void Losses::refuse(std::string_view param, std::string_view code) {
  if (target_.drops_unsupported) return drop(param);
  if (refused_.empty()) code_ = code;
  add_once(refused_, param);
}

bool Losses::reject(std::string path, std::string_view why) {
  if (!rejected_) {
    std::string message = path.empty() ? "The body" : "'" + path + "'";
    message.append(" ").append(why).append(".");
    rejected_ = TranslationRefusal{"invalid_value", std::move(path), std::move(message)};
  }
  return false;
}

TranslationRefusal Losses::refusal() const {
  if (rejected_) return *rejected_;
  std::string message = "The provider '" + std::string(target_.provider) + "' cannot honour ";
  message += quoted_list(refused_);
  message += refused_.size() == 1 ? ". Remove it" : ". Remove them";
  message += ", or set on_unsupported: drop for this route.";
  return {code_, refused_.front(), std::move(message)};
}

}  // namespace llmgw::proxy::chat
