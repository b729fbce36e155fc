// SPDX-License-Identifier: MIT
// From a request to the answer that its behaviour describes.
#include "tests/mock_upstream/mock.hpp"

#include <optional>
#include <utility>

#include "common/http/router.hpp"
#include "tests/mock_upstream/answer.hpp"
#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock {
namespace {

constexpr std::size_t body_limit = 256 * 1024 * 1024;

// By its end, so that any prefix of the path will do, Azure's among them.
std::optional<Endpoint> endpoint_of(std::string_view path) {
  if (path.ends_with("/chat/completions")) return Endpoint::chat;
  if (path.ends_with("/completions")) return Endpoint::completions;
  if (path.ends_with("/embeddings")) return Endpoint::embeddings;
  if (path.ends_with("/responses")) return Endpoint::responses;
  return std::nullopt;
}

bool is_read(std::string_view method) { return method == "GET" || method == "HEAD"; }

// Faults of a test's own spelling are answered as such, never taken for something the proxy did.
Task<void> reply_misspelt(http::EndpointExchange& exchange, const Faults& faults) {
  std::string message = "X-Mock: ";
  for (const std::string& line : faults.lines) message += line + "; ";
  co_await http::reply_error(exchange, 400, message, "invalid_request_error", "mock_misspelt");
}

Task<bool> fail(AnswerWriter& writer, int status, std::string_view message) {
  const std::string body = error_text(status, message);
  co_return co_await writer.plain(status, body);
}

StreamScript script_of(const Call& call) {
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
  Call call{endpoint_of(head.path()).value_or(Endpoint::chat), ++shared_.calls, {}, *behaviour};
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

  const Json json = Json::parse(*body, nullptr, false);
  if (json.is_object()) call.prompt = read_prompt(call.endpoint, json);
  constexpr std::string_view prefix = "mock:";
  if (wish.empty() && call.prompt.model.starts_with(prefix)) {
    behaviour = parse_behaviour(std::string_view(call.prompt.model).substr(prefix.size()));
    if (behaviour.has_error()) co_return co_await reply_misspelt(exchange, behaviour.error());
    call.behaviour = *behaviour;
  }
  call.number = call.behaviour.number.value_or(call.number);
  if (co_await answer(exchange, visit, call, json.is_object())) visit.note_answered();
}

// True once the client has been sent all that it was to get.
Task<bool> Mock::answer(http::EndpointExchange& exchange, Visit& visit, const Call& call,
                        bool readable) {
  const Behaviour& wanted = call.behaviour;
  AnswerWriter writer(exchange, visit, wanted, "req_mock_" + std::to_string(call.number));
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
  if (wanted.fail_first > 0) {
    const int status = wanted.status == 200 ? 500 : wanted.status;
    if (shared_.count_attempt(wanted.key) <= wanted.fail_first) {
      co_return co_await fail(writer, status, "mock failure");
    }
  } else if (wanted.status >= 300) {
    co_return co_await fail(writer, wanted.status, "mock status " + std::to_string(wanted.status));
  }
  co_return co_await succeed(exchange.head(), writer, visit, call, readable);
}

Task<bool> Mock::succeed(const http::EndpointHead& head, AnswerWriter& writer, Visit& visit,
                         const Call& call, bool readable) {
  const int status = call.behaviour.fail_first > 0 ? 200 : call.behaviour.status;
  const std::string_view path = head.path();
  constexpr std::string_view models = "/models";
  if (is_read(head.method) && path.ends_with(models))
    co_return co_await writer.plain(status, model_list());
  if (const std::size_t at = path.find("/models/"); is_read(head.method) && at != path.npos) {
    co_return co_await writer.plain(status, model_entry(path.substr(at + models.size() + 1)));
  }
  if (!endpoint_of(path)) co_return co_await fail(writer, 404, "mock: no such path");
  if (head.method != "POST") co_return co_await fail(writer, 405, "mock: POST only");
  if (!readable) co_return co_await fail(writer, 400, "mock: the body is no JSON object");
  if (call.prompt.stream) co_return co_await stream(writer, visit, call);
  const std::string body = plain_answer(call);
  co_return co_await writer.plain(status, body);
}

Task<bool> Mock::stream(AnswerWriter& writer, Visit& visit, const Call& call) {
  const Behaviour& wanted = call.behaviour;
  const StreamScript script = script_of(call);
  if (!co_await writer.start_stream()) co_return false;
  if (wanted.cut == 0) co_return true;
  for (const std::string& each : script.opening) {
    if (!co_await writer.send(each)) co_return false;
  }
  for (std::size_t index = 0;; ++index) {
    if (wanted.cut == index) co_return true;
    if (wanted.error_after == index) {
      if (!co_await writer.send(script.failure)) co_return false;
      co_return co_await writer.finish();
    }
    if (index == script.count) break;
    if (index > 0 && !co_await visit.pause(wanted.pace)) co_return false;
    const std::string event = script.content(index);
    if (!co_await writer.send(event)) co_return false;
    if (index > 0) continue;
    if (!co_await visit.pause(wanted.gap) || !co_await visit.pass(shared_.gates, wanted.gate))
      co_return false;
  }
  for (const std::string& each : script.closing) {
    if (!co_await writer.send(each)) co_return false;
  }
  co_return co_await writer.finish();
}

std::uint64_t Mock::number_of(const http::EndpointExchange& exchange) {
  std::uint64_t& number = connections_[exchange.connection()];
  if (number == 0) number = ++shared_.connections;
  return number;
}

}  // namespace llmgw::mock
