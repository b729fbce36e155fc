# SPDX-License-Identifier: MIT
"""Wherever a routed exchange waits: its client may leave, and the file may be read anew under it."""

import json
import pathlib
import signal
import threading
from collections.abc import Callable

import pytest

from support.config_file import write
from support.gateway import Factory, Proxy, chat
from support.process import PATIENCE, wait_until
from support.scripted import Peer, reply
from support.targets import Targets
from support.translated import ANTHROPIC, CANDIDATE, MESSAGE, both, stream
from support.wire import request

WHOLE = reply(json.dumps(MESSAGE).encode())
LIMIT = reply(b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}', "429 Too Many Requests")
STREAM = stream(ANTHROPIC)
# What the first target has said of its answer when it pauses, and whether a stream was asked for.
PAUSES = {
    "head": (WHOLE, 0, False),
    "half-a-head": (WHOLE, 20, False),
    "whole-answer": (WHOLE, len(WHOLE) - 2, False),
    "error": (LIMIT, len(LIMIT) - 2, False),
    "no-event": (STREAM, STREAM.index(b"\r\n\r\n") + 4, True),
    "half-an-event": (STREAM, STREAM.index(b"message_start") + 4, True),
    "output": (STREAM, STREAM.index(b"Hel") + 10, True),
}


@pytest.fixture
def upstreams():
    with Targets("claude", "google") as opened:
        opened.answers["google"] = reply(json.dumps(CANDIDATE).encode())
        yield opened


class Paused:
    """An exchange whose first target has said so much of its answer, and waits for `then` to be called."""

    def __init__(self, factory: Factory, upstreams: Targets, folder: pathlib.Path, pause: tuple[bytes, int, bool],
                 then: Callable[[Peer], bool]) -> None:
        answer, said, streams = pause
        has_paused = threading.Event()

        def pausing(peer: Peer) -> bool:
            peer.send(answer[:said])
            has_paused.set()
            return then(peer)

        upstreams.answers["claude"] = pausing
        self.collector = factory.collector()
        self.proxy, self.content = opened(factory, upstreams, folder, self.collector.url)
        self.client = self.proxy.connect()
        self.client.send(question(streams))
        assert has_paused.wait(PATIENCE)


def opened(factory: Factory, upstreams: Targets, folder: pathlib.Path, collector: str) -> tuple[Proxy, dict]:
    content = {"version": 1} | both(upstreams) | {"defaults": {"cooldown": {"failures": 0}}}
    content["models"]["claude"]["fallback"] = ["gemini"]
    return upstreams.open(factory, folder, content, collector, KEY="sk-own"), content


def question(streams: bool) -> bytes:
    return request("POST", "/v1/chat/completions", [("Content-Type", "application/json")],
                   chat(model="claude", stream=streams))


@pytest.mark.parametrize("pause", PAUSES.values(), ids=PAUSES)
def test_a_client_that_leaves_ends_it(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, pause: tuple):
    answer, said, _ = pause
    left: list[bool] = []
    paused = Paused(factory, upstreams, tmp_path, pause, lambda peer: left.append(peer.receive() == b""))
    with paused.client as client:
        if b"Hel" in answer[:said]:
            client.read_head()
    wait_until(lambda: left == [True], "the close at the upstream")
    [event] = wait_until(paused.collector.events, "the event")
    assert event["outcome"] == "client_aborted" and [each["target"] for each in event["attempts"]] == [event["target"]]
    assert upstreams.count("google") == 0
    wait_until(lambda: paused.proxy.metrics()["llmgw_proxy_open_requests"] == 0, "the end of the exchange")


def test_a_client_that_leaves_before_its_request_is_whole_asks_nobody(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy, _ = opened(factory, upstreams, tmp_path, factory.collector().url)
    with proxy.connect() as client:
        client.send(question(False)[:-1])
        wait_until(lambda: proxy.metrics()["llmgw_proxy_open_requests"] == 1, "the exchange")
    wait_until(lambda: proxy.metrics()["llmgw_proxy_open_requests"] == 0, "the end of the exchange")
    assert upstreams.counts() == {"claude": 0, "google": 0}


@pytest.mark.parametrize("pause", PAUSES.values(), ids=PAUSES)
def test_reading_the_file_anew_changes_nothing_of_it(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, pause: tuple):
    answer, said, streams = pause
    goes_on = threading.Event()

    def rest(peer: Peer) -> bool:
        assert goes_on.wait(PATIENCE)
        peer.send(answer[said:])
        return True

    paused = Paused(factory, upstreams, tmp_path, pause, rest)
    with paused.client as client:
        del paused.content["providers"]["claude"], paused.content["models"]["claude"]
        write(tmp_path / "gateway.yaml", paused.content)
        paused.proxy.daemon.signal(signal.SIGHUP)
        wait_until(lambda: paused.proxy.metrics()['llmgw_config_reloads_total{result="ok"}'] >= 1, "the new file")
        goes_on.set()
        seen = client.read_response()
    assert seen.status == 200, seen
    is_fallback = answer is LIMIT
    assert seen.get("X-LLM-Provider") == ("google" if is_fallback else "claude")
    if streams:
        assert seen.body.endswith(b"data: [DONE]\n\n") and b"Hel" in seen.body
    [event] = wait_until(paused.collector.events, "the event")
    assert event["outcome"] == "completed" and len(event["attempts"]) == 1 + is_fallback
    assert upstreams.count("google") == is_fallback
