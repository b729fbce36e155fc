# SPDX-License-Identifier: MIT
"""The same bytes, directly and through the gateway: what client and upstream see of them is the same."""

import pytest

from conformance.corpus import ANSWERS, OK, REQUESTS
from conformance.replay import Seen, Tally, Upstream, cuts, see_request, see_response, send_pieces
from support import wire
from support.gateway import Proxy

PLAIN_ANSWER = OK + b"Content-Length: 2\r\n\r\nok"


class Client:
    """Asks one place, on a kept connection where that is possible."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address, self.connection = address, None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None

    def ask(self, pieces: list[bytes], method: str, version: str) -> Seen:
        self.connection = self.connection or wire.Connection(self.address)
        send_pieces(self.connection, pieces)
        try:
            seen = see_response(self.connection, method, version)
        except BaseException:
            self.close()
            raise
        if version == "1.0" or not seen.whole or b", close" in b"".join(pieces):
            self.close()
        return seen


def answers_differ(upstream: Upstream, direct: Client, through: Client, raw: bytes, method: str, version: str,
                   closes: bool, everywhere: bool) -> tuple[int, int]:
    """How many ways of sending an answer were compared, and how many came out differently."""
    request = [wire.request(method, "/v1/x", version=version)]
    upstream.closes, upstream.pieces = closes, [raw]
    expected = direct.ask(request, method, version)
    if closes:
        direct.close()
    compared = differing = 0
    for pieces in cuts(raw, everywhere):
        upstream.pieces = pieces
        seen = through.ask(request, method, version)
        compared += 1
        if seen != expected:
            differing += 1
            if differing < 3:
                print(f"cut in {len(pieces)}: {raw[:300]!r}\ndirect  {expected}\nthrough {seen}")
    return compared, differing


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_answers(upstream: Upstream, proxy: Proxy, tally: Tally, kind: str, version: str):
    method = "HEAD" if kind == "HEAD" else "GET"
    failed = 0
    with Client(upstream.address) as direct, Client(proxy.address) as through:
        for raw in ANSWERS[kind]:
            fields = raw.lower()
            unframed = not any(mark in fields for mark in (b"transfer-encoding:", b"content-length:", b" 204 "))
            closes = "close" in kind or unframed and method != "HEAD"
            everywhere = version == "1.1" and kind != "statuses"
            compared, differing = answers_differ(upstream, direct, through, raw, method, version, closes, everywhere)
            tally.add(kind if version == "1.1" else f"{kind}; 1.0 client", compared, differing)
            failed += differing
    assert failed == 0


@pytest.mark.parametrize("kind", REQUESTS)
def test_requests(upstream: Upstream, proxy: Proxy, tally: Tally, kind: str):
    upstream.closes, upstream.pieces = False, [PLAIN_ANSWER]
    failed = 0
    with Client(upstream.address) as direct, Client(proxy.address) as through:
        for raw in REQUESTS[kind]:
            version = "1.0" if b" HTTP/1.0\r\n" in raw else "1.1"
            direct.ask([raw.lstrip(b"\r\n")], "GET", version)
            expected = see_request(upstream.requests[-1])
            if "absolute" in kind:
                expected = (expected[0], "/v1/x?y=1", *expected[2:])  # an origin is asked in origin form
            compared = differing = 0
            for pieces in cuts(raw):
                answer = through.ask(pieces, "GET", version)
                seen = see_request(upstream.requests[-1])
                compared += 1
                if seen != expected or answer.body != b"ok":
                    differing += 1
                    print(f"cut in {len(pieces)}: {raw[:300]!r}\ndirect  {expected}\nthrough {seen}")
            tally.add(kind, compared, differing)
            failed += differing
    assert failed == 0
