# SPDX-License-Identifier: MIT
"""Keys and payloads never appear in a log, an event or a metric, whatever goes wrong."""

import pytest

from support.gateway import APP_KEY, UPSTREAM_KEY, chat, new_id
from support.scripted import ScriptedServer, reply
from support.wire import ask, request

PAYLOAD = "very-private-prompt-text"
ANSWER = "very-private-answer-text"
CREDENTIALS = [[("Authorization", f"Bearer {APP_KEY}")], [("api-key", APP_KEY)], [("x-api-key", APP_KEY)],
               [("Authorization", f"Basic {APP_KEY}")], [("Authorization", APP_KEY)],
               [("Proxy-Authorization", f"Basic {APP_KEY}"), ("Cookie", f"session={APP_KEY}")]]


@pytest.mark.parametrize("level", ["debug", "info"])
def test_nothing_leaks(factory, level: str):
    answers = [reply(b'{"answer":"%b","model":"m"}' % ANSWER.encode()), b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
               reply(b'{"error":"%b"}' % ANSWER.encode(), "401 Unauthorized"),
               b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + ANSWER.encode()]

    def script(peer):
        peer.read_request()
        peer.send(answers[len(peer.server.requests) % len(answers)])
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url, LOG_LEVEL=level, EVENT_FLUSH_TIMEOUT="100ms")
        count = 0
        for credential in CREDENTIALS:
            for _ in answers:
                with gateway.proxy.connect() as connection:
                    connection.send(request("POST", f"/v1/chat/completions?key={PAYLOAD}", credential, chat(PAYLOAD)))
                    connection.read_head()
                count += 1
            with gateway.proxy.connect() as connection:  # malformed, with a key in it
                connection.send(b"GET /v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: Bearer %b\r\n\r\n"
                                % APP_KEY.encode())
                refusal = connection.read_response()
                assert APP_KEY.encode() not in refusal.body
        gateway.wait_for_events(count)
        metrics = ask(gateway.proxy.admin, "GET", "/metrics").body.decode()
        for each in (gateway.proxy, gateway.collector):
            assert each.daemon.stop() == 0
        places = {"proxy's log": gateway.proxy.daemon.log(), "collector's log": gateway.collector.daemon.log(),
                  "events": gateway.collector.events_path.read_text(), "metrics": metrics}
        for place, text in places.items():
            for secret in (UPSTREAM_KEY, APP_KEY, PAYLOAD, ANSWER):
                assert secret not in text, f"{secret} stands in the {place}"


def test_upstream_key_never_reaches_the_client(factory):
    with ScriptedServer(lambda peer: peer.read_request()) as upstream:
        gateway = factory.gateway(upstream.url)
        response = gateway.proxy.ask("POST", "/v1/chat/completions", [("X-LLM-Request-ID", new_id())], chat())
        assert response.status == 502 and UPSTREAM_KEY.encode() not in response.raw + response.body
