// SPDX-License-Identifier: MIT
// Anthropic's functions here, Gemini's there.
#include "tests/mock_upstream/native.hpp"

#include "tests/mock_upstream/anthropic/answer.hpp"
#include "tests/mock_upstream/anthropic/check.hpp"
#include "tests/mock_upstream/anthropic/stream.hpp"
#include "tests/mock_upstream/gemini/answer.hpp"
#include "tests/mock_upstream/gemini/check.hpp"
#include "tests/mock_upstream/native_prompt.hpp"

namespace llmgw::mock {
namespace {

// The version is part of the classic path's contract; the body's model is none of it.
Complaint check_azure(const http::EndpointHead& head) {
  Complaint complaint;
  std::string version;
  const bool classic = head.path().find("/openai/deployments/") != std::string_view::npos;
  const bool given = find_parameter(head.target, "api-version", version) && !version.empty();
  complaint.add_if(classic && !given, "api-version",
                   "Missing required query parameter: api-version");
  return complaint;
}

Reply reply_of(const Call& call) {
  return make_reply(call,
                    call.dialect == Dialect::anthropic ? anthropic::tool_id : gemini::call_id);
}

PageWish page_wish(const Call& call) {
  PageWish wish = call.page;
  const std::size_t most = call.behaviour.native.page.value_or(0);
  if (most != 0 && (wish.most == 0 || most < wish.most)) wish.most = most;
  return wish;
}

NativeAnswer free_answer(const Call& call) {
  const bool anthropics = call.dialect == Dialect::anthropic;
  const std::string& model = call.prompt.model;
  if (call.endpoint == Endpoint::models)
    return {anthropics ? anthropic::model_answer(model, page_wish(call))
                       : gemini::model_answer(model, page_wish(call)),
            {},
            false};
  return {anthropics ? anthropic::count_answer(call) : gemini::count_answer(call), {}, false};
}

}  // namespace

Prompt read_native_prompt(const Call& call, const Json& body) {
  Prompt prompt =
      call.dialect == Dialect::anthropic ? read_messages_prompt(body) : read_contents_prompt(body);
  if (call.dialect == Dialect::anthropic && call.endpoint != Endpoint::models) return prompt;
  prompt.model = call.prompt.model;
  prompt.stream = call.prompt.stream;
  return prompt;
}

Complaint check_request(const Call& call, const http::EndpointHead& head, const Json& body) {
  switch (call.dialect) {
    case Dialect::azure: return check_azure(head);
    case Dialect::anthropic: return anthropic::check(call, head, body);
    case Dialect::gemini: return gemini::check(call, body);
    case Dialect::openai: break;
  }
  return {};
}

NativeAnswer native_answer(const Call& call) {
  if (call.endpoint != Endpoint::messages && call.endpoint != Endpoint::generate)
    return free_answer(call);
  const Reply reply = reply_of(call);
  if (call.dialect == Dialect::anthropic)
    return {anthropic::message_answer(call, reply), reply.tokens, true};
  const bool blocked = !call.behaviour.native.block.empty();
  return {gemini::content_answer(call, reply), blocked ? reply.tokens.cut_to(0) : reply.tokens,
          true};
}

StreamScript native_script(const Call& call) {
  const Reply reply = reply_of(call);
  return call.dialect == Dialect::anthropic ? anthropic::script(call, reply)
                                            : gemini::script(call, reply);
}

}  // namespace llmgw::mock
