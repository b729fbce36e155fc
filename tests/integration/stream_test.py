# SPDX-License-Identifier: MIT
"""Streams: passed on as they arrive, metered to their end."""

import json

import pytest

from support.event import same
from support.gateway import Gateway, chat, new_id
from support.wire import Connection, Head, request


def start(gateway: Gateway, mock: str = "", text: str = "hello there", **more: object) -> tuple[Connection, str]:
    request_id = new_id("stream")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, mock),
                            chat(text, stream=True, **more)))
    return connection, request_id


def events_of(body: bytes) -> list[dict]:
    """The data of every event but the last, which must be [DONE]."""
    assert body.endswith(b"data: [DONE]\n\n"), body[-200:]
    return [json.loads(each[6:]) for each in body.split(b"\n\n")[:-2]]


def text_of(body: bytes) -> str:
    return "".join(choice["delta"].get("content") or ""
                   for event in events_of(body) for choice in event["choices"])


def read_head(connection: Connection) -> Head:
    head = connection.read_head()
    assert head.status == 200 and head.get("Content-Type").startswith("text/event-stream"), head
    assert head.get("Transfer-Encoding") == "chunked" and head.get("Content-Length") is None, head
    return head


def test_stream(gateway: Gateway):
    connection, request_id = start(gateway, text="one two three")
    with connection:
        response = connection.read_response()
    assert response.status == 200 and response.request_id == request_id
    assert text_of(response.body).split() == ["echo:", "one", "two", "three"]
    same(gateway.event(request_id), stream=True, outcome="completed", status_code=200, usage_source="missing",
         total_tokens=None, finish_reason="stop", model="gpt-4o-mini-2024-07-18", request_model="gpt-4o-mini",
         response_bytes=len(response.body))
    assert "stream_options" not in gateway.mock.request(request_id)["body"]


def test_first_chunk_reaches_the_client_before_the_second_is_sent(gateway: Gateway):
    gate = new_id("gate")
    connection, request_id = start(gateway, f"gate={gate},chunks=3")
    with connection:
        read_head(connection)
        received = b""
        while b"echo:" not in received:  # the upstream waits for the gate, so this can only be its first chunk
            received += connection.read_chunk()
        gateway.mock.release(gate)
        while piece := connection.read_chunk():
            received += piece
        connection.read_trailers()
    assert len(text_of(received).split()) == 3
    event = gateway.event(request_id)
    same(event, outcome="completed", stream=True)


def test_latency_covers_the_whole_stream_and_ttft_its_start(gateway: Gateway):
    connection, request_id = start(gateway, "chunks=4,gap=300")
    with connection:
        connection.read_response()
    event = gateway.event(request_id)
    assert event["latency_ms"] >= 300
    assert event["ttft_ms"] <= event["latency_ms"] - 250


def test_delay_before_the_head_is_in_ttft(gateway: Gateway):
    connection, request_id = start(gateway, "delay=200")
    with connection:
        connection.read_response()
    assert gateway.event(request_id)["ttft_ms"] >= 200


def test_usage_that_was_asked_for(gateway: Gateway):
    connection, request_id = start(gateway, text="one two", stream_options={"include_usage": True})
    with connection:
        response = connection.read_response()
    last = events_of(response.body)[-1]
    assert last["choices"] == [] and last["usage"] == {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    same(gateway.event(request_id), prompt_tokens=5, completion_tokens=3, total_tokens=8, usage_source="upstream")


@pytest.mark.parametrize("place", ["top", "choices", "first", "details", "x_groq"])
def test_usage_in_every_place(gateway: Gateway, place: str):
    connection, request_id = start(gateway, f"usage={place}", text="one two")
    with connection:
        connection.read_response()
    same(gateway.event(request_id), prompt_tokens=5, completion_tokens=3, total_tokens=8, usage_source="upstream")


@pytest.mark.parametrize("place", ["null", "none"])
def test_usage_that_is_absent(gateway: Gateway, place: str):
    connection, request_id = start(gateway, f"usage={place}", stream_options={"include_usage": True})
    with connection:
        connection.read_response()
    same(gateway.event(request_id), total_tokens=None, usage_source="missing", outcome="completed")


def test_error_event_in_a_stream(gateway: Gateway):
    connection, request_id = start(gateway, "chunks=5,error_after=2")
    with connection:
        response = connection.read_response()
    assert b'"error"' in response.body and response.status == 200
    same(gateway.event(request_id), outcome="stream_error", status_code=200)


def test_usage_before_a_cut_is_kept(gateway: Gateway):
    connection, request_id = start(gateway, "usage=first,chunks=5,cut=2", text="one two")
    with connection:
        connection.read_head()
        connection.read_to_close()
    same(gateway.event(request_id), outcome="upstream_aborted", prompt_tokens=5, usage_source="upstream")


def test_streamed_tool_call(gateway: Gateway):
    connection, request_id = start(gateway, "tools=1", text="Oslo")
    with connection:
        response = connection.read_response()
    pieces = [call["function"]["arguments"] for event in events_of(response.body) for choice in event["choices"]
              for call in choice["delta"].get("tool_calls", [])]
    assert json.loads("".join(pieces)) == {"echo": "Oslo"}
    same(gateway.event(request_id), finish_reason="tool_calls", outcome="completed")


def test_large_stream_of_many_chunks(gateway: Gateway):
    connection, request_id = start(gateway, "chunks=2000,size=500")
    with connection:
        response = connection.read_response()
    assert len(text_of(response.body)) == 1_000_000
    same(gateway.event(request_id), response_bytes=len(response.body), outcome="completed", finish_reason="stop")


def test_stream_until_close(gateway: Gateway):
    connection, request_id = start(gateway, "framing=close")
    with connection:
        response = connection.read_response()
    assert response.chunks is not None and text_of(response.body)
    same(gateway.event(request_id), outcome="completed")


def test_stream_for_an_http_1_0_client(gateway: Gateway):
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), chat(stream=True),
                                version="1.0"))
        head = connection.read_head()
        body = connection.read_to_close()
    assert head.get("Transfer-Encoding") is None and head.get("Content-Length") is None
    assert text_of(body).split() == ["echo:", "hello", "there"]
    same(gateway.event(request_id), outcome="completed", response_bytes=len(body))


def test_streams_side_by_side_do_not_mix(gateway: Gateway):
    gate = new_id("gate")
    opened = [start(gateway, f"gate={gate}", text=f"word{number} and more")[0] for number in range(10)]
    received = [b""] * len(opened)
    for number, connection in enumerate(opened):
        read_head(connection)
        while b"echo:" not in received[number]:
            received[number] += connection.read_chunk()
    gateway.mock.release(gate)  # all of them are under way
    for number, connection in enumerate(opened):
        with connection:
            while piece := connection.read_chunk():
                received[number] += piece
        assert text_of(received[number]).split() == ["echo:", f"word{number}", "and", "more"]
