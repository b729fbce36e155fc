// SPDX-License-Identifier: MIT
// PURE: the facts about OpenAI's API.
#include "proxy/provider/openai/dialect.hpp"

#include "proxy/provider/openai/request_reader.hpp"
#include "proxy/provider/openai/usage_edit.hpp"
#include "proxy/provider/openai/usage_reader.hpp"

namespace llmgw::proxy {
namespace {

void append_target(std::string& out, std::string_view prefix, std::string_view target) {
  out.append(prefix).append(target);
}

// A member that a server does not know is a bad request to some, and to validators content that
// cannot be processed.
StatusMeaning meaning_of(int status) noexcept {
  return status == 400 || status == 422 ? StatusMeaning::may_be_refusal : StatusMeaning::final;
}

}  // namespace

constinit const Dialect openai_dialect{
    .number = 0,
    .name = "openai",
    .credentials = {.field = "Authorization", .scheme = "Bearer "},
    .append_target = append_target,
    .meaning_of = meaning_of,
    .requests = openai_request_reader,
    .usage = openai_usage_reader,
    .usage_edit = &openai_usage_edit,
};

}  // namespace llmgw::proxy
