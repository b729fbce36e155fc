# SPDX-License-Identifier: MIT
"""Whatever ends an exchange: no slot and no unit stays taken."""

import json
import pathlib
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from support import wire
from support.config_file import write
from support.gateway import Factory, chat
from support.limited import GOOD, OWN, Limited, rules
from support.process import PATIENCE, wait_until
from support.scripted import Peer, reply
from support.targets import Targets

EVENTS = [{"id": "c", "model": "m-1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
          for text in ("one ", "two ", "three")] + \
    [{"id": "c", "model": "m-1", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}}]
STREAM = reply(b"".join(b"data: %b\n\n" % json.dumps(each).encode() for each in EVENTS) + b"data: [DONE]\n\n",
               fields=OWN).replace(b"application/json", b"text/event-stream")
LIMITS = rules({"unit": "concurrency", "limit": 4, "id": "par"},
               {"unit": "requests", "limit": 1_000_000, "per": "24h", "burst": 1_000_000, "id": "rpd"},
               {"unit": "tokens", "limit": 100_000_000, "per": "24h", "id": "tpd"})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Limited]:
    folder = tmp_path_factory.mktemp("limits-ends")
    factory = Factory(folder)
    opened = Limited(factory, folder, LIMITS, HTTP_CLIENT_TIMEOUT="1s")
    yield opened
    opened.close()
    factory.close()


def check(stage: Limited) -> None:
    stage.wait_until_free()
    assert stage.used("par") == 0


def closing(peer: Peer) -> bool:
    return False


def silent(peer: Peer) -> bool:
    peer.receive()
    return False


def half(peer: Peer) -> bool:
    peer.send(STREAM[:-40])
    return False


def half_and_silent(peer: Peer) -> bool:
    peer.send(STREAM[:-40])
    peer.receive()
    return False


ENDS = {"good": GOOD, "stream": STREAM, "closed": closing, "silent": silent, "half": half, "half, then silent": half_and_silent,
        "nonsense": b"what?\r\n\r\n", "error": reply(b"{}", "500 Oops"), "unauthorized": reply(b"{}", "401 No"),
        "limit": reply(b"{}", "429 Too Many Requests"), "bad request": reply(b'{"error":{"param":"stream_options"}}', "400 Bad")}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_however_the_upstream_answers(stage: Limited, end: object):
    stage.upstream.answer = end if callable(end) else lambda peer: bool(peer.send(end)) or True
    try:
        stage.ask(stream=True)
    except wire.Cut:
        pass
    check(stage)


def test_nobody_there(factory: Factory, tmp_path: pathlib.Path):
    opened = Limited(factory, tmp_path, LIMITS)
    opened.close()
    assert opened.ask().status == 502
    check(opened)
    assert opened.used("rpd") == 0  # no byte went anywhere
    assert opened.used("tpd") == 0


def test_abandoned_at_many_places_of_a_stream(stage: Limited):
    """The client leaves behind each so many bytes of the answer, and at the places of its request, too."""
    for cut in range(0, len(STREAM), 23):
        has_sent = threading.Event()

        def begun(peer: Peer, cut: int = cut, has_sent: threading.Event = has_sent) -> bool:
            peer.send(STREAM[:cut])
            has_sent.set()
            peer.receive()
            return False

        stage.upstream.answer = begun
        with stage.proxy.connect() as client:
            client.send(wire.request("POST", "/v1/chat/completions", stage.fields(), chat(stream=True)))
            assert has_sent.wait(PATIENCE)
            if cut > STREAM.index(b"\r\n\r\n") + 4:
                client.read_head()
    check(stage)
    whole = wire.request("POST", "/v1/chat/completions", stage.fields(), chat(stream=True))
    for cut in range(1, len(whole), 17):
        with stage.proxy.connect() as client:
            client.send(whole[:cut])
            client.reset()
    check(stage)


def test_a_model_that_is_waited_for(factory: Factory, tmp_path: pathlib.Path):
    content = rules({"unit": "requests", "limit": 10, "per": "24h", "burst": 10, "id": "o3", "models": ["o3*"]},
                    {"unit": "concurrency", "limit": 4, "id": "par"})
    opened = Limited(factory, tmp_path, content)
    for how in ("close", "silence"):
        with opened.proxy.connect() as client:
            client.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat())[:-10])
            wait_until(lambda: opened.reserved() == {"concurrency": 1}, "the slot")
            if how == "close":
                client.close()
            else:
                client.half_close()
                client.read_to_close()
        opened.wait_until_free()
    assert opened.upstream.requests == []
    opened.close()


@pytest.mark.parametrize("leaves", [False, True], ids=["answered", "left"])
def test_several_attempts_are_one_exchange(factory: Factory, tmp_path: pathlib.Path, leaves: bool):
    with Targets("a", "b") as upstreams:
        gate = threading.Event()
        upstreams.answers["a"] = reply(b"{}", "503 No")

        def answer(peer: Peer) -> bool:
            gate.set()
            if leaves:
                peer.receive()
                return False
            peer.send(GOOD)
            return True

        upstreams.answers["b"] = answer
        content = {"models": {"m": {"targets": [{"provider": "a", "weight": 1}, {"provider": "b", "weight": 0}]}},
                   "tenants": LIMITS["tenants"]}
        opened = Limited.__new__(Limited)
        opened.proxy = upstreams.open(factory, tmp_path, content)
        with opened.proxy.connect() as client:
            client.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat(model="m")))
            assert gate.wait(PATIENCE)
            if not leaves:
                head = client.read_response()
                assert head.status == 200
                assert head.get("x-ratelimit-remaining-requests") == "999999"
        opened.wait_until_free()
        assert upstreams.counts() == {"a": 1, "b": 1}
        assert opened.used("rpd") == pytest.approx(1e-6)


def test_what_cannot_be_routed_costs_nothing(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        opened = Limited.__new__(Limited)
        opened.proxy = upstreams.open(factory, tmp_path, {"models": {"m": {"targets": [{"provider": "a"}]}},
                                                          "tenants": LIMITS["tenants"]})
        assert opened.ask(model="unknown").status == 404
        opened.wait_until_free()
        assert opened.used("rpd") == opened.used("tpd") == 0


@pytest.mark.parametrize("how", ["timeout", "second signal"])
def test_a_drain(factory: Factory, tmp_path: pathlib.Path, how: str):
    has_begun = threading.Event()

    def begun(peer: Peer) -> bool:
        peer.send(STREAM[:200])
        has_begun.set()
        peer.receive()
        return False

    opened = Limited(factory, tmp_path, LIMITS, begun, DRAIN_TIMEOUT="300ms" if how == "timeout" else "60s")
    with opened.proxy.connect() as client:
        client.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat(stream=True)))
        assert has_begun.wait(PATIENCE)
        assert opened.reserved()["concurrency"] == 1
        opened.proxy.daemon.signal(signal.SIGTERM)
        if how == "second signal":
            opened.proxy.daemon.wait_for_log(lambda entry: entry["msg"] == "draining", "the drain")
            opened.proxy.daemon.signal(signal.SIGTERM)
        assert opened.proxy.daemon.wait() == 0
    opened.close()


def test_rules_change_under_streams(factory: Factory, tmp_path: pathlib.Path):
    gate = threading.Event()

    def held(peer: Peer) -> bool:
        peer.send(STREAM[:-40])
        gate.wait(PATIENCE)
        peer.send(STREAM[-40:])
        return True

    opened = Limited(factory, tmp_path, LIMITS, held)
    clients = [opened.proxy.connect() for _ in range(3)]
    for each in clients:
        each.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat(stream=True)))
        each.read_head()
    less = rules({"unit": "concurrency", "limit": 2, "id": "par"})
    write(opened.path, less)
    wait_until(lambda: opened.used("par") > 1, "the smaller limit")
    assert opened.ask().status == 429
    gate.set()
    for each in clients:
        each.close()
    opened.wait_until_free()
    opened.upstream.answer = lambda peer: bool(peer.send(GOOD)) or True
    wait_until(lambda: opened.used("par") == 0, "the slots")
    assert opened.ask().status == 200
    opened.close()
