# SPDX-License-Identifier: MIT
"""Answers of an upstream that streams, piece by piece, and what happens behind the last one."""

from collections.abc import Callable

from support.scripted import Peer

HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_up\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n")


def framed(body: bytes) -> bytes:
    """A chunk of HTTP."""
    return b"%x\r\n%b\r\n" % (len(body), body)


def sending(*pieces: bytes, keep: bool = True, then: Callable[[Peer], object] = lambda peer: None) -> Callable[[Peer], bool]:
    """What an AnsweringServer takes: a chunk each, then `then`."""
    def answer(peer: Peer) -> bool:
        peer.send(HEAD + b"".join(framed(piece) for piece in pieces))
        then(peer)
        return keep
    return answer


def end(peer: Peer) -> None:
    peer.send(b"0\r\n\r\n")


def wait_for_end(peer: Peer) -> None:
    peer.receive()  # until the gateway leaves
