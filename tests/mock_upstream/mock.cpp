// SPDX-License-Identifier: MIT
// From a request to the answer that its behaviour describes.
#include "tests/mock_upstream/mock.hpp"

#include <utility>

#include "common/http/router.hpp"
#include "tests/mock_upstream/answer.hpp"
#include "tests/mock_upstream/call_reader.hpp"
#include "tests/mock_upstream/credentials.hpp"
#include "tests/mock_upstream/errors.hpp"
#include "tests/mock_upstream/native.hpp"
#include "tests/mock_upstream/stream_steps.hpp"

namespace llmgw::mock {
namespace {

constexpr std::size_t body_limit = 256 * 1024 * 1024;

bool is_read(std::string_view method) { return method == "GET" || method == "HEAD"; }

bool asks_for_models(std::string_view path) {
  return path.ends_with("/models") || path.find("/models/") != path.npos;
}

// Faults of a test's own spelling are answered as such, never taken for something the proxy did.
Task<void> reply_misspelt(http::EndpointExchange& exchange, const Faults& faults) {
  std::string message = "X-Mock: ";
  for (const std::string& line : faults.lines) message += line + "; ";
  co_await http::reply_error(exchange, 400, message, "invalid_request_error", "mock_misspelt");
}

Task<bool> fail(AnswerWriter& writer, const Call& call, int status, std::string_view message,
                const ErrorDetail& detail) {
  const std::string body = error_body(call, status, message, detail);
  co_return co_await writer.plain(status, body);
}

Task<bool> fail(AnswerWriter& writer, const Call& call, int status, std::string_view message) {
  const ErrorDetail nothing;
  co_return co_await fail(writer, call, status, message, nothing);
}

// Of the status that the behaviour has, unless only the first calls were to have it.
int good_status(const Behaviour& wanted) { return wanted.fail_first > 0 ? 200 : wanted.status; }

StreamScript script_of(const Call& call) {
  if (is_native(call.dialect)) return native_script(call);
  switch (call.endpoint) {
    case Endpoint::completions: return completions_script(call);
    case Endpoint::responses: return responses_script(call);
    default: return chat_script(call);
  }
}

}  // namespace

Task<void> Mock::handle(http::EndpointExchange& exchange) {
  const std::string_view path = exchange.head().path();
  if (path == "/mock/release") co_return co_await release(exchange);
  if (path == "/healthz") {
    const http::OutField fields[] = {{"content-type", "application/json"}};
    co_await exchange.reply(200, fields, R"({"status":"ok"})");
    co_return;
  }
  if (path == "/mock/billing") {
    const http::OutField fields[] = {{"content-type", "application/json"}};
    const std::string sums = shared_.billing.text();
    co_await exchange.reply(200, fields, sums);
    co_return;
  }
  Visit visit(exchange, shared_.recorder, number_of(exchange));
  co_await converse(exchange, visit);
}

Task<void> Mock::refuse(http::EndpointExchange& exchange, errc fault) {
  const http::Refusal refusal = http::refusal_of(fault);
  co_await http::reply_error(exchange, refusal.status, refusal.message, "invalid_request_error",
                             refusal.code);
}

Task<void> Mock::release(http::EndpointExchange& exchange) {
  constexpr std::string_view query = "?gate=";
  const std::string_view target = exchange.head().target;
  const std::size_t at = target.find(query);
  const std::string name(at == target.npos ? std::string_view() : target.substr(at + query.size()));
  const std::string body = to_text({{"gate", name}, {"waited", shared_.gates.open(name)}});
  const http::OutField fields[] = {{"content-type", "application/json"}};
  co_await exchange.reply(200, fields, body);
}

Task<void> Mock::converse(http::EndpointExchange& exchange, Visit& visit) {
  const http::EndpointHead& head = exchange.head();
  const std::string_view wish = head.value("x-mock");
  auto behaviour = parse_behaviour(wish);
  if (behaviour.has_error()) co_return co_await reply_misspelt(exchange, behaviour.error());
  Call call = make_call(route_of(head), ++shared_.calls, *behaviour);
  const bool is_of_models = is_read(head.method) && asks_for_models(head.path());
  if (is_of_models && wish.empty()) call.behaviour = shared_.of_models;
  if (!is_of_models) shared_.billing.note_request(call.dialect);
  if (call.behaviour.early) {
    shared_.recorder.request(head, {}, visit.connection());
    co_await http::reply_error(exchange, 413, "mock: too large", "invalid_request_error",
                               "request_too_large");
    co_return;
  }
  const auto body = co_await exchange.read_body(body_limit);
  if (body.has_error()) {
    const bool refused =
        body.error() == errc::body_too_large || body.error() == errc::malformed_message;
    if (refused) co_return co_await refuse(exchange, errc_of(body.error()));
    co_return visit.note_gone();
  }
  shared_.recorder.request(head, *body, visit.connection());
  visit.watch();

  const Json json = read_object(*body, call.dialect);
  if (json.is_object()) read_call(json, call);
  if (const std::string in_model = take_wish(call); wish.empty() && !in_model.empty()) {
    behaviour = parse_behaviour(in_model);
    if (behaviour.has_error()) co_return co_await reply_misspelt(exchange, behaviour.error());
    call.behaviour = *behaviour;
  }
  if (call.behaviour.native.key.empty()) call.behaviour.native.key = shared_.wanted_key;
  call.number = call.behaviour.number.value_or(call.number);
  if (co_await answer(exchange, visit, call, json)) visit.note_answered();
}

// True once the client has been sent all that it was to get.
Task<bool> Mock::answer(http::EndpointExchange& exchange, Visit& visit, const Call& call,
                        const Json& body) {
  const Behaviour& wanted = call.behaviour;
  AnswerWriter writer(exchange, visit, call);
  if (wanted.informational != 0 && !co_await writer.interim(wanted.informational)) co_return false;
  if (!co_await visit.pause(wanted.delay)) co_return false;
  if (wanted.hang) {
    co_await visit.wait_until_gone();
    co_return false;
  }
  if (!call.prompt.stream && !co_await visit.pass(shared_.gates, wanted.gate)) co_return false;
  if (wanted.refuse != Refusal::none && call.prompt.stream_options) {
    const RefusalText refusal = refusal_text(wanted.refuse);
    co_return co_await writer.plain(refusal.status, refusal.body);
  }
  if (wanted.raw) co_return co_await visit.send_raw(*wanted.raw);
  if (wanted.cut_head) co_return true;
  co_return co_await give(exchange.head(), writer, visit, call, body);
}

// An answer, if not the one that was hoped for.
Task<bool> Mock::give(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                      const Call& call, const Json& body) {
  const Behaviour& wanted = call.behaviour;
  const bool open = wanted.native.key.empty() && !wanted.native.check;
  if (const auto denial = deny(head, call.dialect, wanted.native.key); denial && !open) {
    const ErrorDetail detail{.field = "", .reason = denial->reason};
    co_return co_await fail(writer, call, denial->status, denial->message, detail);
  }
  if (wanted.fail_first > 0) {
    const int status = wanted.status == 200 ? 500 : wanted.status;
    if (shared_.count_attempt(wanted.key) <= wanted.fail_first) {
      co_return co_await fail(writer, call, status, "mock failure");
    }
  } else if (wanted.status >= 300) {
    co_return co_await fail(writer, call, wanted.status,
                            "mock status " + std::to_string(wanted.status));
  }
  if (is_native(call.dialect)) co_return co_await succeed_natively(head, writer, visit, call, body);
  co_return co_await succeed(head, writer, visit, call, body);
}

Task<bool> Mock::succeed(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                         const Call& call, const Json& body) {
  const int status = good_status(call.behaviour);
  const std::string_view path = head.path();
  constexpr std::string_view models = "/models";
  if (is_read(head.method) && path.ends_with(models))
    co_return co_await writer.plain(status, model_list());
  if (const std::size_t at = path.find("/models/"); is_read(head.method) && at != path.npos) {
    co_return co_await writer.plain(status, model_entry(path.substr(at + models.size() + 1)));
  }
  if (!route_of(head).endpoint) co_return co_await fail(writer, call, 404, "mock: no such path");
  if (head.method != "POST") co_return co_await fail(writer, call, 405, "mock: POST only");
  if (!body.is_object())
    co_return co_await fail(writer, call, 400, "mock: the body is no JSON object");
  if (const Complaint fault = check_request(call, head, body);
      fault.has_fault() && call.behaviour.native.check)
    co_return co_await fail(writer, call, 404, fault.message());
  if (call.dialect == Dialect::azure && !call.behaviour.native.block.empty()) {
    const std::string filtered = filtered_prompt(call.behaviour.native.block);
    co_return co_await writer.plain(400, filtered);
  }
  if (call.prompt.stream) co_return co_await stream(writer, visit, call);
  shared_.billing.add(call.dialect, openai_tokens(call, count_words(call.content().whole())));
  const std::string text = plain_answer(call);
  co_return co_await writer.plain(status, text);
}

Task<bool> Mock::succeed_natively(const http::EndpointHead& head, AnswerWriter& writer,
                                  Visit& visit, const Call& call, const Json& body) {
  if (!route_of(head).endpoint) co_return co_await fail(writer, call, 404, "mock: no such path");
  if (call.endpoint != Endpoint::models && !body.is_object())
    co_return co_await fail(writer, call, 400, "mock: the body is no JSON object");
  if (const Complaint fault = check_request(call, head, body);
      fault.has_fault() && call.behaviour.native.check) {
    const ErrorDetail detail{.field = fault.field(), .reason = ""};
    co_return co_await fail(writer, call, 400, fault.message(), detail);
  }
  if (call.prompt.stream) co_return co_await stream(writer, visit, call);
  const NativeAnswer made = native_answer(call);
  if (made.is_billed) shared_.billing.add(call.dialect, made.tokens);
  co_return co_await writer.plain(good_status(call.behaviour), made.body);
}

Task<bool> Mock::stream(AnswerWriter& writer, Visit& visit, const Call& call) {
  const StreamScript script = script_of(call);
  StreamSteps steps(script, call.behaviour);
  StreamBill bill(shared_.billing, call.dialect, script.tokens);
  if (!co_await writer.start_stream()) co_return false;
  for (;;) {
    const Step step = steps.next();
    bill.note(step.kind);
    switch (step.kind) {
      case Step::Kind::cut: co_return true;
      case Step::Kind::finish:
      case Step::Kind::done: co_return co_await writer.finish();
      case Step::Kind::pause:
        if (!co_await visit.pause(step.duration)) co_return false;
        break;
      case Step::Kind::gate:
        if (!co_await visit.pass(shared_.gates, call.behaviour.gate)) co_return false;
        break;
      case Step::Kind::send:
      case Step::Kind::piece:
      case Step::Kind::error:
        if (!co_await writer.send(step.text)) co_return false;
        break;
    }
  }
}

std::uint64_t Mock::number_of(const http::EndpointExchange& exchange) {
  std::uint64_t& number = connections_[exchange.connection()];
  if (number == 0) number = ++shared_.connections;
  return number;
}

}  // namespace llmgw::mock
