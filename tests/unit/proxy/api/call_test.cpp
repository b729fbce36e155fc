// SPDX-License-Identifier: MIT
// Call: from a request's head to its event.
#include "proxy/api/call.hpp"

#include <gtest/gtest.h>

#include "proxy/api/fingerprint.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

http::FieldStorage storage;
const IdText fallback = request_id_text(Uuid{});
const Call::Clock::time_point start{};

Call make_call(const std::string& fields) {
  const std::string text =
      "POST /v1/chat/completions?q=1 HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << fields;
  return Call(*head, fallback, fingerprint, start);  // text dies here: nothing may point into it
}

TEST(Call, RequestIdIsTheClientsIfValid) {
  EXPECT_EQ(make_call("").request_id(), fallback.view());
  EXPECT_EQ(make_call("X-LLM-Request-ID: mine-1.a_B\r\n").request_id(), "mine-1.a_B");
  EXPECT_EQ(make_call("X-LLM-Request-ID: not ok\r\n").request_id(), fallback.view());
  EXPECT_EQ(make_call("X-LLM-Request-ID: " + std::string(129, 'a') + "\r\n").request_id(),
            fallback.view());
}

TEST(Call, TenantByPrecedence) {
  EXPECT_EQ(make_call("").tenant(), "default");
  EXPECT_EQ(make_call("X-Tenant: b\r\nX-LLM-Tenant: a\r\n").tenant(), "a");
  EXPECT_EQ(make_call("X-Tenant: b\r\n").tenant(), "b");
  EXPECT_EQ(make_call("X-LLM-Tenant: no good\r\nX-Tenant: b\r\n").tenant(), "b");
  EXPECT_EQ(make_call("X-LLM-Tenant: \xc3\xa4\r\n").tenant(), "default");
  EXPECT_EQ(make_call("X-LLM-Tenant: " + std::string(129, 'a') + "\r\n").tenant(), "default");
  EXPECT_EQ(make_call("X-LLM-Tenant: " + std::string(128, 'a') + "\r\n").tenant().size(), 128u);
}

TEST(Call, IsTheKeysWhateverTheHeadSays) {
  Call call = make_call("X-LLM-Tenant: other\r\n");
  call.note_caller("team-a", "k_1");
  EXPECT_EQ(call.tenant(), "team-a");
  call.note_response(200, "req_up");
  const IdText event_id = uuid_text(Uuid{});
  const MeteringEvent event =
      call.finish(Outcome::completed, start, {}, "openai", "m", ResponseFacts(), event_id);
  EXPECT_EQ(event.tenant, "team-a");
  EXPECT_EQ(event.key_id, "k_1");
  EXPECT_EQ(event.upstream_request_id, "req_up");
  EXPECT_EQ(event.endpoint, "/v1/chat/completions");
}

TEST(Call, EventHoldsWhatWasNoted) {
  Call call = make_call("Authorization: Bearer secret-token\r\n");
  call.note_response(200, "req_up");
  call.note_first_byte(start + 5ms);
  call.note_first_byte(start + 9ms);
  call.note_stream(true);
  call.note_request_bytes(10);
  call.note_response_bytes(20);
  ResponseFacts facts;
  facts.usage.prompt = 3;
  const IdText event_id = uuid_text(Uuid{});
  const MeteringEvent event =
      call.finish(Outcome::completed, start + 20ms, {}, "openai", "m", facts, event_id);
  EXPECT_EQ(event.endpoint, "/v1/chat/completions");
  EXPECT_EQ(event.app_key, "sha256:930bbdc51b6a");  // printf secret-token | sha256sum
  EXPECT_EQ(event.latency, 20ms);
  EXPECT_EQ(event.ttft, 5ms);
  EXPECT_EQ(event.status_code, 200);
  EXPECT_EQ(event.upstream_request_id, "req_up");
  EXPECT_EQ(event.usage_source, UsageSource::upstream);
  EXPECT_EQ(event.outcome, Outcome::completed);
}

TEST(Call, ErrorEventMakesACompletedStreamAnError) {
  ResponseFacts facts;
  facts.error_event = true;
  const IdText event_id = uuid_text(Uuid{});
  EXPECT_EQ(make_call("").finish(Outcome::completed, start, {}, "p", "m", facts, event_id).outcome,
            Outcome::stream_error);
  EXPECT_EQ(
      make_call("").finish(Outcome::client_aborted, start, {}, "p", "m", facts, event_id).outcome,
      Outcome::client_aborted);
  EXPECT_EQ(
      make_call("").finish(Outcome::completed, start, {}, "p", "m", facts, event_id).usage_source,
      UsageSource::missing);
}

TEST(Call, CredentialInAnyFieldIsFingerprinted) {
  const auto key_of = [](const std::string& fields) {
    Call call = make_call(fields);
    const IdText event_id = uuid_text(Uuid{});
    return std::string(call.finish(Outcome::completed, start, {}, "p", "m", {}, event_id).app_key);
  };
  const std::string expected = "sha256:930bbdc51b6a";
  EXPECT_EQ(key_of("authorization: bearer secret-token\r\n"), expected);
  EXPECT_EQ(key_of("Authorization: secret-token\r\n"), expected);
  EXPECT_EQ(key_of("api-key: secret-token\r\n"), expected);
  EXPECT_EQ(key_of("X-Api-Key: secret-token\r\n"), expected);
  EXPECT_EQ(key_of(""), "");
}

}  // namespace
}  // namespace llmgw::proxy
