# SPDX-License-Identifier: MIT
"""Many at once: every body right, exactly one event each."""

import asyncio
import json
import pathlib
import time

import pytest

from support.event import check_event
from support.gateway import Gateway, chat
from support.process import PATIENCE, SANITIZED, wait_until
from support.wire import request

STREAMS, PLAIN = 200, 2000
CHUNKS = 20


class Client:
    """One connection of the crowd."""

    def __init__(self, number: int, stream: bool) -> None:
        self.stream = stream
        self.request_id = f"{'stream' if stream else 'plain'}-{number}"
        self.text = f"words of {self.request_id}"

    async def connect(self, address: tuple[str, int]) -> None:
        self.reader, self.writer = await asyncio.open_connection(*address)

    async def ask(self) -> None:
        mock = [("X-Mock", f"chunks={CHUNKS},pace=20,usage=top")] if self.stream else []
        self.writer.write(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", self.request_id)] + mock,
                                  chat(self.text, stream=self.stream)))
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        assert head.startswith("HTTP/1.1 200 OK\r\n"), head
        assert f"X-LLM-Request-ID: {self.request_id}\r\n" in head, head
        if self.stream:
            self.check_stream(await self.read_chunks())
        else:
            length = next(line for line in head.split("\r\n") if line.lower().startswith("content-length:"))
            answer = json.loads(await self.reader.readexactly(int(length.split(":")[1])))
            assert answer["choices"][0]["message"]["content"] == f"echo: {self.text}"
        self.writer.close()

    async def read_chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        assert await self.reader.readexactly(2) == b"\r\n"
        return body

    def check_stream(self, body: bytes) -> None:
        assert body.endswith(b"data: [DONE]\n\n"), body[-100:]
        events = [json.loads(each[6:]) for each in body.split(b"\n\n")[:-2]]
        content = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
        assert content.startswith(f"echo: {self.text}") and len(content.split()) == CHUNKS, content
        assert events[-1]["usage"]["completion_tokens"] == CHUNKS


async def crowd(address: tuple[str, int], clients: list[Client]) -> None:
    """Connections first, so that all requests are under way at the same time."""
    narrow = asyncio.Semaphore(200)  # handshakes at a time: listen queues are finite

    async def connect(client: Client) -> None:
        async with narrow:
            await client.connect(address)
    await asyncio.gather(*(connect(each) for each in clients))
    await asyncio.gather(*(each.ask() for each in clients))


@pytest.mark.timeout(300)
def test_streams_and_plain_requests_at_once(factory):
    gateway: Gateway = factory.gateway()
    clients = [Client(number, True) for number in range(STREAMS)] + [Client(number, False) for number in range(PLAIN)]
    begin = time.monotonic()
    asyncio.run(asyncio.wait_for(crowd(gateway.proxy.address, clients), 200 if SANITIZED else 60))
    print(f"{len(clients)} exchanges in {time.monotonic() - begin:.1f} s")

    wait_until(lambda: len(gateway.collector.events()) >= len(clients), "all events", PATIENCE * 2)
    assert gateway.proxy.daemon.stop() == 0  # nothing more can come
    events = [check_event(event) for event in gateway.collector.events()]
    assert sorted(event["request_id"] for event in events) == sorted(each.request_id for each in clients)
    assert len({event["event_id"] for event in events}) == len(events)
    for event in events:
        stream = event["request_id"].startswith("stream")
        assert event["stream"] == stream and event["outcome"] == "completed" and event["status_code"] == 200, event
        assert event["completion_tokens"] == (CHUNKS if stream else 4), event


@pytest.mark.long
def test_one_connection_after_the_other(gateway: Gateway):
    """Connections that come and go leave nothing open."""
    open_files = pathlib.Path(f"/proc/{gateway.proxy.daemon.pid}/fd")
    before = len(list(open_files.iterdir()))
    for _ in range(300):
        assert gateway.proxy.ask("GET", "/v1/models").status == 200
    wait_until(lambda: len(list(open_files.iterdir())) <= before + 8, "closed files")
