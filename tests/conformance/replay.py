# SPDX-License-Identifier: MIT
"""Replays an exchange directly and through the gateway, its bytes cut as asked, and tells what each side saw."""

import dataclasses
import random
import time
from collections.abc import Iterator

from support import wire
from support.scripted import Peer, Request, ScriptedServer

# Of one connection only (RFC 9110 section 7.6.1), or the gateway's own.
OF_THE_HOP = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "transfer-encoding", "upgrade"}
OF_THE_GATEWAY = {"host", "authorization", "api-key", "x-api-key", "x-llm-tenant", "x-tenant"}
PACE = 0.0002  # seconds between two pieces: long enough that most are read one by one


class Tally:
    """Cases and comparisons of each class."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {}

    def add(self, kind: str, compared: int, differing: int) -> None:
        row = self.rows.setdefault(kind, [0, 0, 0])
        for at, count in enumerate((1, compared - differing, differing)):
            row[at] += count

    def lines(self) -> Iterator[str]:
        yield f"{'class':<32}{'cases':>8}{'identical':>12}{'differing':>12}"
        for kind, row in self.rows.items():
            yield f"{kind:<32}{row[0]:>8}{row[1]:>12}{row[2]:>12}"
        yield f"{'all':<32}" + "".join(f"{sum(row[at] for row in self.rows.values()):>{width}}"
                                       for at, width in enumerate((8, 12, 12)))


def cuts(raw: bytes, everywhere: bool = True) -> Iterator[list[bytes]]:
    """Ways to send some bytes: whole, byte by byte, at random (the same in each run), and in two at every position."""
    yield [raw]
    if len(raw) <= 2000:
        yield [raw[at:at + 1] for at in range(len(raw))]
    dice = random.Random(len(raw))
    for _ in range(4):
        places = sorted(dice.sample(range(1, len(raw)), min(len(raw) - 1, dice.randint(1, 8))))
        yield [raw[begin:end] for begin, end in zip([0, *places], [*places, len(raw)])]
    if everywhere and len(raw) <= 1000:
        for at in range(1, len(raw)):
            yield [raw[:at], raw[at:]]


def send_pieces(stream: wire.Stream, pieces: list[bytes]) -> None:
    for number, piece in enumerate(pieces):
        if number:
            time.sleep(PACE)
        stream.send(piece)


class Upstream(ScriptedServer):
    """Answers each request with the next plan: pieces to send, and whether to close behind them."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closes = False
        super().__init__(self._play)

    def _play(self, peer: Peer) -> None:
        while (request := peer.read_request_head()) is not None:
            request.trailers = []
            if "100-continue" in request.values("Expect"):
                peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if request.values("Transfer-Encoding"):
                request.chunked = True
                while piece := peer.read_chunk():
                    request.body += piece
                request.trailers = peer.read_trailers()
            else:
                request.body = peer.take(int((request.values("Content-Length") or ["0"])[0]), "request body")
            self.requests.append(request)
            send_pieces(peer, self.pieces)
            if self.closes:
                return


@dataclasses.dataclass
class Seen:
    """What a client makes of an answer, without what belongs to its connection."""
    status: int
    reason: str
    fields: wire.Fields
    body: bytes
    trailers: wire.Fields
    interim: list[tuple[int, str, wire.Fields]]
    whole: bool


def number_of(name: str, value: str) -> str:
    """A length is written anew from its number, so leading zeros are gone."""
    return str(int(value)) if name.lower() == "content-length" else value


def end_to_end(fields: wire.Fields, status: int) -> wire.Fields:
    named = {option.strip().lower() for name, value in fields if name.lower() == "connection" for option in value.split(",")}
    gone = OF_THE_HOP | named | {"x-llm-request-id"}
    if status < 200 or status == 204:
        gone |= {"content-length"}  # must not be there (RFC 9110 section 8.6)
    return [(name, number_of(name, value)) for name, value in fields if name.lower() not in gone]


def see_response(connection: wire.Connection, method: str, version: str) -> Seen:
    try:
        response = connection.read_response(method)
        whole = not connection.was_reset  # how a body without framing shows that it was cut
    except wire.Cut as cut:
        if cut.head is None:
            raise
        response, whole = wire.Response(**vars(cut.head), body=cut.body), False
    interim = [(each.status, each.reason, end_to_end(each.fields, each.status)) for each in response.interim]
    return Seen(response.status, response.reason, end_to_end(response.fields, response.status), response.body,
                response.trailers if version != "1.0" else [], interim if version != "1.0" else [], whole)


def see_request(request: Request) -> tuple:
    named = {option.strip().lower() for value in request.values("Connection") for option in value.split(",")}
    gone = OF_THE_HOP | OF_THE_GATEWAY | named
    fields = [(name, number_of(name, value)) for name, value in request.fields if name.lower() not in gone]
    return request.method, request.target, fields, request.body, request.chunked, request.trailers
