# SPDX-License-Identifier: MIT
"""Two proxies behind one address are restarted one after the other, as a rollout does, with streams open and requests
coming steadily: nothing fails, nothing is cut."""

import asyncio
import signal
import socket

import pytest
from support.gateway import chat, new_id
from support.process import wait_until

STREAMS = 100
DRAIN = {"DRAIN_DELAY": "3s", "DRAIN_TIMEOUT": "30s"}


class Balancer:
    """What a Service does: a new connection goes to a ready proxy, in turn; open ones stay where they are."""

    def __init__(self) -> None:
        self.proxies: list = []
        self.turn = 0

    async def start(self) -> None:
        self.server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.address = self.server.sockets[0].getsockname()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.turn += 1
        host, port = self.proxies[self.turn % len(self.proxies)].address
        try:
            to = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.pump(reader, to[1]), self.pump(to[0], writer))

    @staticmethod
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


async def exchange(address: tuple, body: bytes, mock: str, fields: str = "", first: asyncio.Event | None = None) -> bytes:
    """One request on a connection of its own; `first` is set once the response has begun."""
    reader, writer = await asyncio.open_connection(*address[:2])
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
            f"X-LLM-Request-ID: {new_id('roll')}\r\nX-Mock: {mock}\r\n{fields}Connection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    writer.write(head.encode() + body)
    got = await reader.read(65536)
    if first:
        first.set()
    while data := await reader.read(65536):
        got += data
    writer.close()
    return got


def is_whole_stream(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200 ") and b"data: [DONE]" in answer and answer.endswith(b"0\r\n\r\n")


def refuses(proxy) -> bool:
    try:
        socket.create_connection(proxy.address[:2]).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # closed at this very moment
        return False
    return False


async def steady(address: tuple, ended: asyncio.Event, answers: list[bytes]) -> None:
    while not ended.is_set():
        answers.append(await exchange(address, chat(), "pace=1"))


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_rolling_restart_fails_no_request_and_cuts_no_stream(factory):
    mock, collector = factory.mock(), factory.collector()

    def start():
        return factory.proxy(mock.url, collector.url, **DRAIN)

    balancer = Balancer()
    balancer.proxies = [start(), start()]
    await balancer.start()
    ended, answers = asyncio.Event(), []
    load = [asyncio.create_task(steady(balancer.address, ended, answers)) for _ in range(4)]

    begun = [asyncio.Event() for _ in range(STREAMS)]
    streams = [asyncio.create_task(exchange(balancer.address, chat(stream=True), "gate=roll", first=event))
               for event in begun]
    await asyncio.gather(*(event.wait() for event in begun))

    old = list(balancer.proxies)
    for proxy in old:
        fresh = start()
        balancer.proxies.append(fresh)  # one more before one less: maxSurge 1, maxUnavailable 0
        proxy.daemon.signal(signal.SIGTERM)
        await asyncio.to_thread(wait_until, lambda proxy=proxy: proxy.ready() == 503, "it is not ready")
        before = len(answers)
        while len(answers) < before + 20:  # the endpoint is forgotten only some requests later
            await asyncio.sleep(0)
        balancer.proxies.remove(proxy)
        await asyncio.to_thread(wait_until, lambda proxy=proxy: refuses(proxy), "it takes nobody any more")
    assert not any(stream.done() for stream in streams), "streams were cut by the restart"
    mock.release("roll")

    whole = await asyncio.gather(*streams)
    assert all(is_whole_stream(answer) for answer in whole)
    for proxy in old:
        assert await asyncio.to_thread(proxy.daemon.wait, 30) == 0
    ended.set()
    await asyncio.gather(*load)
    failed = [answer for answer in answers if not answer.startswith(b"HTTP/1.1 200 ")]
    assert not failed and len(answers) >= 40
    collector_events = await asyncio.to_thread(
        wait_until, lambda: len(collector.events()) == len(answers) + STREAMS or None, "every event is stored")
    assert collector_events
    balancer.server.close()
