#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The contract of the traffic port, by HTTP alone: contract.py URL. The upstream behind the gateway is the mock."""

import json
import sys
import urllib.error
import urllib.request
from email.message import Message

BASE = sys.argv[1]
CHAT = {"model": "mock", "messages": [{"role": "user", "content": "one two three"}]}


def ask(path: str, body: dict | bytes | None = None, **fields: str) -> tuple[int, Message, bytes]:
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    request = urllib.request.Request(BASE + path, data, {"Content-Type": "application/json"} | names)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_plain_answer_and_id() -> None:
    status, fields, body = ask("/v1/chat/completions", CHAT)
    assert status == 200 and json.loads(body)["choices"]
    assert fields["X-LLM-Request-ID"].startswith("req_") and len(fields["X-LLM-Request-ID"]) == 36


def test_own_id_is_kept() -> None:
    assert ask("/v1/chat/completions", CHAT, X_LLM_Request_ID="mine-1")[1]["X-LLM-Request-ID"] == "mine-1"


def test_stream_is_whole_and_shows_no_usage_that_was_not_asked_for() -> None:
    status, fields, body = ask("/v1/chat/completions", CHAT | {"stream": True})
    assert status == 200 and fields["Content-Type"].startswith("text/event-stream")
    assert body.endswith(b"data: [DONE]\n\n") and b'"usage":{' not in body


def test_usage_that_was_asked_for_is_there() -> None:
    body = ask("/v1/chat/completions", CHAT | {"stream": True, "stream_options": {"include_usage": True}})[2]
    assert b'"usage":{' in body


def test_errors_of_the_upstream_are_passed_on() -> None:
    status, _, body = ask("/v1/chat/completions", CHAT, X_Mock="status=429")
    assert status == 429 and "error" in json.loads(body)


def test_other_paths_are_refused() -> None:
    status, fields, body = ask("/metrics")
    assert status == 404 and json.loads(body)["error"]["code"] == "unknown_url" and fields["X-LLM-Request-ID"]


def test_health_is_answered() -> None:
    assert ask("/healthz")[0] == 200


def test_models_and_embeddings_are_forwarded() -> None:
    assert json.loads(ask("/v1/models")[2])["data"]
    assert json.loads(ask("/v1/embeddings", {"model": "mock", "input": "one"})[2])["data"]


def main() -> int:
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    for test in tests:
        try:
            test()
        except Exception as error:  # each case is told of by itself
            failed += 1
            print(f"{test.__name__}: {error!r}", file=sys.stderr)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
