# SPDX-License-Identifier: MIT
"""The listeners that answer for themselves, events and operators' paths, are as strict as the one that relays."""

from collections.abc import Iterator

import pytest

from support.gateway import Factory
from support.malformed import BAD_CHUNKS, BAD_FRAMINGS, BAD_HEADS
from support.wire import Connection, ask

POST = b"POST /events HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, int]]]:
    factory = Factory(tmp_path_factory.mktemp("end_points"))
    gateway = factory.gateway()
    yield {"events": gateway.collector.address, "admin": gateway.proxy.admin}
    factory.close()


def refused(address: tuple[str, int], raw: bytes) -> None:
    """400 in the error form, and nothing behind it is answered."""
    with Connection(address) as connection:
        connection.send(raw)
        response = connection.read_response()
        assert response.status == 400 and response.error["code"] == "malformed_request", response
        assert response.error["type"] == "invalid_request_error" and response.get("Connection") == "close"
        connection.half_close()
        assert connection.at_end()


@pytest.mark.parametrize("listener", ["events", "admin"])
@pytest.mark.parametrize("name", BAD_HEADS)
def test_bad_head(listeners, listener: str, name: str):
    refused(listeners[listener], BAD_HEADS[name].replace(b"/v1/models", b"/healthz"))


@pytest.mark.parametrize("name", BAD_FRAMINGS)
def test_bad_framing(listeners, name: str):
    refused(listeners["events"], POST + BAD_FRAMINGS[name] + SMUGGLED)


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_bad_chunk(listeners, name: str):
    refused(listeners["events"], POST + b"Transfer-Encoding: chunked\r\n\r\n" + BAD_CHUNKS[name] + SMUGGLED)


@pytest.mark.parametrize("listener", ["events", "admin"])
def test_good_request_before_a_bad_one_is_answered(listeners, listener: str):
    with Connection(listeners[listener]) as connection:
        connection.send(SMUGGLED + BAD_HEADS["space before colon"])
        assert connection.read_response().status == 200
        assert connection.read_response().status == 400
        assert connection.at_end()
    assert ask(listeners[listener], "GET", "/healthz").status == 200
