// SPDX-License-Identifier: MIT
// Numbers are written as the client has written them.
#include "proxy/provider/anthropic/sampling.hpp"

#include <string>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/options.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ChatParam;
using chat::ChatRequest;
using chat::Losses;
using chat::ObjectWriter;

// Where the API still takes `top_p`: of models without sampling, and beside a budget.
constexpr double fixed_top_p = 0.99;
constexpr double thinking_top_p = 0.95;

// 1 is what holds without it and is not here.
bool write_temperature(const ChatRequest& request, bool is_free, Losses& losses,
                       ObjectWriter& writer) {
  const std::string_view value = request[ChatParam::temperature];
  if (value.empty()) return true;
  const auto number = chat::number_of(value);
  if (!number || *number < 0) return losses.reject("temperature", "has to be a number from 0 to 2");
  if (!is_free || *number > 1) losses.drop("temperature");
  if (is_free) writer.raw("temperature", *number > 1 ? "1" : value);
  return true;
}

void write_top_p(const ChatRequest& request, double lowest, Losses& losses, ObjectWriter& writer) {
  const std::string_view value = request[ChatParam::top_p];
  if (value.empty()) return;
  const bool is_taken = chat::number_of(value).value_or(0) >= lowest;
  if (is_taken) {
    writer.raw("top_p", value);
  } else {
    losses.drop("top_p");
  }
}

}  // namespace

bool write_sampling(const ChatRequest& request, bool has_sampling, bool has_budget, Losses& losses,
                    ObjectWriter& writer) {
  const bool is_free = has_sampling && !has_budget;
  if (!write_temperature(request, is_free, losses, writer)) return false;
  write_top_p(request,
              !has_sampling ? fixed_top_p
              : has_budget  ? thinking_top_p
                            : 0,
              losses, writer);
  if (!request.has(ChatParam::top_k)) return true;
  if (is_free) {
    writer.raw("top_k", request[ChatParam::top_k]);
  } else {
    losses.drop("top_k");
  }
  return true;
}

bool write_stops(const ChatRequest& request, Losses& losses, ObjectWriter& writer) {
  std::string list;
  const bool is_read = chat::each_stop(request, losses, [&](std::string_view inside) {
    if (chat::is_blank(inside)) return losses.drop("stop");
    list.append(list.empty() ? "[\"" : ",\"").append(inside).append("\"");
  });
  if (is_read && !list.empty()) writer.key("stop_sequences").append(list).append("]");
  return is_read;
}

}  // namespace llmgw::proxy::anthropic
