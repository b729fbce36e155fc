# SPDX-License-Identifier: MIT
"""Every way an exchange can end: one event, with what happened and how far it came, to the byte."""

import gzip
import hashlib
import hmac
import json
import pathlib
import signal
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import zstandard

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.process import PATIENCE, wait_until
from support.scripted import AnsweringServer, Peer
from support.sent_stream import end, sending, wait_for_end
from support.wire import Connection, Cut, request

USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}


def chunk(text: str, **more: object) -> bytes:
    """An event of a chat stream."""
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None}] if text else []
    return b"data: %b\n\n" % json.dumps({"id": "c", "model": "m-1", "choices": choices} | more).encode()


class Stage:
    """An upstream whose answer a test writes step by step, with a gateway in front of it."""

    def __init__(self, factory: Factory, **settings: str) -> None:
        self.upstream = AnsweringServer()
        self.gateway = factory.gateway(self.upstream.url, **settings)
        self.asked = 0

    def begin(self, answer: Callable[[Peer], bool]) -> tuple[Connection, str]:
        self.upstream.answer = answer
        self.asked += 1
        request_id = new_id("ends")
        connection = self.gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", self.gateway.fields(request_id), chat(stream=True)))
        return connection, request_id

    def check(self, request_id: str, sent: bytes, texts: list[str], **expected: object) -> dict:
        """The event of a stream of which these payload bytes passed."""
        event = self.gateway.event(request_id)
        same(event, response_bytes=len(sent), captured_bytes=len(sent), capture_truncated=False, stream=True,
             stream_chunks=len(texts), output_bytes=sum(len(text.encode()) for text in texts), model="m-1",
             request_bytes=len(chat(stream=True)), upstream_request_id="req_up", request_model="gpt-4o-mini",
             endpoint="/v1/chat/completions", **expected)
        assert event["ttft_ms"] is not None
        return event


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    factory = Factory(tmp_path_factory.mktemp("ends"))
    made = Stage(factory, HTTP_CLIENT_TIMEOUT="1s")
    yield made
    made.upstream.close()
    factory.close()


def read_until(connection: Connection, mark: bytes) -> bytes:
    assert connection.read_head().status == 200
    received = b""
    while mark not in received:
        received += connection.read_chunk()
    return received


def test_completed(stage: Stage):
    body = [chunk("Hé"), chunk("llo"), chunk("", usage=USAGE), b"data: [DONE]\n\n"]
    connection, request_id = stage.begin(sending(*body, then=end))
    with connection:
        assert connection.read_response().body == b"".join(body)
    stage.check(request_id, b"".join(body), ["Hé", "llo"], outcome="completed", status_code=200, **USAGE)


def test_client_gone_after_the_last_byte(stage: Stage):
    body = [chunk("all"), b"data: [DONE]\n\n"]
    connection, request_id = stage.begin(sending(*body, then=end))
    connection.read_response()
    connection.reset()
    stage.check(request_id, b"".join(body), ["all"], outcome="completed", status_code=200)


def test_client_gone_in_the_stream(stage: Stage):
    body = [chunk("one"), chunk("two", usage=USAGE)]
    connection, request_id = stage.begin(sending(*body, keep=False, then=wait_for_end))
    read_until(connection, b"two")
    connection.close()
    stage.check(request_id, b"".join(body), ["one", "two"], outcome="client_aborted", status_code=200, **USAGE)


def test_client_gone_before_the_head(stage: Stage):
    asked = threading.Event()

    def silent(peer: Peer) -> bool:
        asked.set()
        wait_for_end(peer)
        return False
    connection, request_id = stage.begin(silent)
    assert asked.wait(PATIENCE)
    connection.close()
    same(stage.gateway.event(request_id), outcome="client_aborted", status_code=0, response_bytes=0, ttft_ms=None,
         captured_bytes=0, stream_chunks=None, output_bytes=None, stream=True, usage_source="missing")


def test_client_gone_behind_the_head(stage: Stage):
    """A head without any body byte: the client got its status."""
    connection, request_id = stage.begin(sending(keep=False, then=wait_for_end))
    assert connection.read_head().status == 200
    connection.close()
    same(stage.gateway.event(request_id), outcome="client_aborted", status_code=200, response_bytes=0, ttft_ms=None,
         stream_chunks=0, output_bytes=0)


def test_error_event(stage: Stage):
    body = [chunk("par"), b'data: {"error":{"message":"boom","type":"server_error"}}\n\n', b"data: [DONE]\n\n"]
    connection, request_id = stage.begin(sending(*body, then=end))
    with connection:
        assert connection.read_response().body == b"".join(body)
    stage.check(request_id, b"".join(body), ["par"], outcome="stream_error", status_code=200, usage_source="missing")


def test_upstream_cut(stage: Stage):
    body = [chunk("a"), chunk("b", usage=USAGE), chunk("never ends").split(b" ends")[0]]
    connection, request_id = stage.begin(sending(*body, keep=False))
    with connection, pytest.raises(Cut):
        connection.read_response()
    stage.check(request_id, b"".join(body), ["a", "b"], outcome="upstream_aborted", status_code=200, **USAGE)


def test_upstream_reset(stage: Stage):
    proceed = threading.Event()

    def reset(peer: Peer) -> None:
        assert proceed.wait(PATIENCE)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection, request_id = stage.begin(sending(chunk("a"), keep=False, then=reset))
    with connection:
        read_until(connection, b"a")
        proceed.set()
        with pytest.raises(Cut):
            connection.read_chunk()
    stage.check(request_id, chunk("a"), ["a"], outcome="upstream_aborted", status_code=200)


def test_upstream_silent(stage: Stage):
    connection, request_id = stage.begin(sending(chunk("a"), keep=False, then=wait_for_end))
    with connection, pytest.raises(Cut):
        connection.read_response()
    event = stage.check(request_id, chunk("a"), ["a"], outcome="upstream_timeout", status_code=200)
    assert event["latency_ms"] >= 1000 > event["ttft_ms"]


def test_upstream_nonsense_in_the_stream(stage: Stage):
    connection, request_id = stage.begin(sending(chunk("a"), keep=False, then=lambda peer: peer.send(b"no size\r\n")))
    with connection, pytest.raises(Cut):
        connection.read_response()
    stage.check(request_id, chunk("a"), ["a"], outcome="upstream_invalid", status_code=200)


def test_error_status(stage: Stage):
    body = b'{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}'
    answer = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    connection, request_id = stage.begin(lambda peer: peer.send(answer + body) or True)
    with connection:
        assert connection.read_response().status == 429
    same(stage.gateway.event(request_id), outcome="completed", status_code=429, response_bytes=len(body), stream=True,
         stream_chunks=None, usage_source="missing", finish_reason=None)


REPLIES = pathlib.Path(__file__).parents[1] / "support/replies"
CODINGS = {"": lambda body: body, "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress,
           "zstd": zstandard.compress,
           "gzip, deflate": lambda body: zlib.compress(gzip.compress(body))}


@pytest.mark.parametrize("coding", CODINGS)
def test_recorded_replies(stage: Stage, coding: str):
    """Each passes unchanged, and is metered for what it says."""
    for reply in json.loads((REPLIES / "expected.json").read_text()):
        body = CODINGS[coding]((REPLIES / reply["file"]).read_bytes())
        fields = [b"Content-Type: " + reply["content_type"].encode()] if reply["content_type"] else []
        fields += [b"Content-Encoding: " + part.encode() for part in coding.split(", ") if part]  # a line each
        head = b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields, b"", b""])
        connection, request_id = stage.begin(lambda peer, answer=head + body: peer.send(answer) or True)
        with connection:
            assert connection.read_response().body == body, reply["file"]
        usage = reply["usage"]
        same(stage.gateway.event(request_id), outcome="stream_error" if reply["error_event"] else "completed",
             prompt_tokens=usage["prompt"], completion_tokens=usage["completion"], total_tokens=usage["total"],
             cached_tokens=usage["cached"], reasoning_tokens=usage["reasoning"], model=reply["model"] or "gpt-4o-mini",
             finish_reason=reply["finish_reason"] or None, stream_chunks=reply["stream_chunks"],
             output_bytes=reply["output_bytes"], response_bytes=len(body))


@pytest.mark.parametrize("spelt", ["text/event-stream", "Text/Event-Stream ;charset=utf-8"])
def test_a_stream_is_one_however_its_type_is_spelt(stage: Stage, spelt: str):
    body = chunk("a") + chunk("", usage=USAGE) + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nx-request-id: req_up\r\nContent-Length: %d\r\n\r\n"
    connection, request_id = stage.begin(lambda peer: peer.send(head % (spelt.encode(), len(body)) + body) or True)
    with connection:
        connection.read_response()
    stage.check(request_id, body, ["a"], outcome="completed", **USAGE)


def test_one_event_each(stage: Stage):
    """None too few and none too many, whatever the tests above have done."""
    wait_until(lambda: len(stage.gateway.collector.events()) >= stage.asked, "all events")
    metrics = stage.gateway.proxy.metrics()
    assert len(stage.gateway.collector.events()) == metrics["llmgw_proxy_events_produced_total"] == stage.asked


@pytest.mark.parametrize("how", ["timeout", "second signal"])
def test_drain_cut_off(factory: Factory, how: str):
    stage = Stage(factory, DRAIN_TIMEOUT="300ms" if how == "timeout" else "60s")
    connection, request_id = stage.begin(sending(chunk("a"), keep=False, then=wait_for_end))
    read_until(connection, b"a")
    daemon = stage.gateway.proxy.daemon
    daemon.signal(signal.SIGTERM)
    if how == "second signal":
        daemon.wait_for_log(lambda line: line["msg"] == "draining", "draining")
        daemon.signal(signal.SIGTERM)
    with connection, pytest.raises(Cut):
        connection.read_chunk()
    assert daemon.wait() == 0
    stage.check(request_id, chunk("a"), ["a"], outcome="client_aborted", status_code=200)
    assert len(stage.gateway.collector.events()) == 1
    stage.upstream.close()


def digest(key: bytes, body: bytes) -> str:
    return "hmac-sha256:" + hmac.new(key, body, hashlib.sha256).hexdigest()


def test_digests(factory: Factory, tmp_path: pathlib.Path):
    key = b"a key of thirty-two bytes or so."
    (tmp_path / "key").write_bytes(key + b"\n")
    stage = Stage(factory, METERING_HASH_PAYLOADS="hmac", METERING_HASH_KEY_FILE=str(tmp_path / "key"),
                  METERING_CAPTURE_BYTES="0")
    body = [chunk("a"), chunk("b")]
    connection, request_id = stage.begin(sending(*body, then=end))
    with connection:
        connection.read_response()
    asked = digest(key, chat(stream=True))
    same(stage.gateway.event(request_id), request_digest=asked, response_digest=digest(key, b"".join(body)))
    connection, request_id = stage.begin(sending(*body, keep=False))
    with connection, pytest.raises(Cut):
        connection.read_response()
    same(stage.gateway.event(request_id), request_digest=asked, response_digest=None)
    for line in stage.gateway.collector.events_path.read_bytes().splitlines():
        assert key not in line
    assert key.decode() not in stage.gateway.proxy.daemon.log()
    stage.upstream.close()
