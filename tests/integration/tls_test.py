# SPDX-License-Identifier: MIT
"""https upstreams: always verified, named, resumed, and never cut unnoticed."""

import hashlib
import pathlib
import random
import socket
import ssl
import threading

import pytest

from support.certificates import Authority
from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.process import PATIENCE, wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.wire import Cut, chunk, request


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


class Tapped:
    """A port in front of a server that keeps a copy of what comes for it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address, self.seen = address, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Tapped":
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _serve(self) -> None:
        near, _ = self.listener.accept()
        far = socket.create_connection(self.address)
        threading.Thread(target=self._pass, args=(far, near), daemon=True).start()
        self._pass(near, far, keep=True)

    def _pass(self, source: socket.socket, sink: socket.socket, keep: bool = False) -> None:
        try:
            while data := source.recv(1 << 18):
                if keep:
                    self.seen += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the test is over

    def records(self) -> list[int]:
        """The sizes of the TLS records that came."""
        sizes, at = [], 0
        while at + 5 <= len(self.seen):
            sizes.append(5 + int.from_bytes(self.seen[at + 3:at + 5]))
            at += sizes[-1]
        return sizes


def start(factory: Factory, upstream: ScriptedServer, ca: pathlib.Path | None, host: str = "localhost",
          **settings: str) -> Gateway:
    return factory.gateway(f"https://{host}:{upstream.address[1]}", UPSTREAM_CA_FILE=str(ca) if ca else None,
                           PROXY_THREADS="1", **settings)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_verified(factory, authority: Authority, version: ssl.TLSVersion):
    context = authority.server_context("DNS:localhost")
    context.minimum_version = context.maximum_version = version
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)
    with ScriptedServer(answering(reply(b'{"secure":true}')), tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        for _ in range(3):
            response, event = gateway.post(chat())
            assert response.status == 200 and response.json() == {"secure": True}
            same(event, outcome="completed", status_code=200)
        assert names == ["localhost"] and upstream.connections == 1
        assert upstream.requests[0].values("Host") == [f"localhost:{upstream.address[1]}"]


def test_address_instead_of_a_name(factory, authority: Authority):
    context = authority.server_context("IP:127.0.0.1")
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)
    with ScriptedServer(answering(reply()), tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate, host="127.0.0.1")
        assert gateway.post(chat())[0].status == 200
        assert names == [None]  # an address is no name (RFC 6066 section 3)


@pytest.mark.parametrize("fault", ["unknown authority", "wrong authority", "other name", "no name", "wild card", "plain text"])
def test_not_verified(factory, authority: Authority, tmp_path: pathlib.Path, fault: str):
    """Nothing of the request is shown to a server that did not prove who it is."""
    names = {"other name": ["DNS:other.test"], "no name": ["IP:127.0.0.1"], "wild card": ["DNS:*"]}
    context = authority.server_context(*names.get(fault, ["DNS:localhost"]))
    ca = {"unknown authority": None, "wrong authority": lambda: Authority(tmp_path, "Wrong CA").certificate}
    trusted = ca.get(fault, lambda: authority.certificate)
    plain = fault == "plain text"
    script = answering(reply()) if not plain else lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with ScriptedServer(script, tls=None if plain else context) as upstream:
        upstream_ca = trusted() if trusted else None
        gateway = start(factory, upstream, upstream_ca)
        response, event = gateway.post(chat())
        assert response.status == 502 and response.error["type"] == "upstream_error"
        assert response.error["code"] == "upstream_unreachable"
        same(event, outcome="upstream_unreachable", status_code=502)
        assert upstream.requests == []
        gateway.proxy.daemon.wait_for_log(lambda line: line["level"] == "warn" and line.get("reason"), "the reason")


@pytest.mark.parametrize("host,names", [("localhost", []), ("localhost", ["IP:127.0.0.1"]), ("localhost", ["URI:urn:x"]),
                                        ("127.0.0.1", []), ("127.0.0.1", ["DNS:127.0.0.1"])])
def test_subject_of_a_certificate_names_no_host(factory, authority: Authority, host: str, names: list[str]):
    """Only an alternative name of the right kind does (RFC 9525 section 6.3)."""
    context = authority.server_context(*names, subject=host)
    with ScriptedServer(answering(reply()), tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate, host=host)
        response, event = gateway.post(chat())
        assert (response.status, response.error["code"]) == (502, "upstream_unreachable")
        same(event, outcome="upstream_unreachable", status_code=502)
        assert upstream.requests == []
        gateway.proxy.daemon.wait_for_log(lambda line: "mismatch" in line.get("reason", ""), "the reason")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_session_is_resumed_on_reconnect(factory, authority: Authority, version: ssl.TLSVersion):
    context = authority.server_context("DNS:localhost")
    context.minimum_version = context.maximum_version = version

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(reply(b"{}", fields=[("Connection", "close")]))
        assert peer.at_end()
    with ScriptedServer(script, tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        for _ in range(4):
            assert gateway.post(chat())[0].status == 200
        assert upstream.handshakes == [False, True, True, True]


def test_stream_through_tls(factory, authority: Authority):
    proceed = threading.Event()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(b"data: 1\n\n"))
        assert proceed.wait(PATIENCE)
        peer.send(chunk(b"data: [DONE]\n\n"), b"0\r\n\r\n")
    with ScriptedServer(script, tls=authority.server_context("DNS:localhost")) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        with gateway.proxy.connect() as connection:
            connection.send(request("POST", "/v1/chat/completions", [], chat(stream=True)))
            assert connection.read_head().status == 200
            assert connection.read_chunk() == b"data: 1\n\n"
            proceed.set()
            assert connection.read_chunk() == b"data: [DONE]\n\n"


def test_large_bodies(factory, authority: Authority):
    body = random.Random(1).randbytes(5_000_000)
    with ScriptedServer(answering(reply(body)), tls=authority.server_context("DNS:localhost")) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        response, event = gateway.post(body, target="/v1/files")
        assert hashlib.sha256(response.body).digest() == hashlib.sha256(body).digest()
        assert hashlib.sha256(upstream.requests[0].body).digest() == hashlib.sha256(body).digest()
        same(event, request_bytes=len(body), response_bytes=len(body))


@pytest.mark.parametrize("extension", [b"", b";", b";abc=def"], ids=["plain", "empty extension", "extension"])
def test_tiny_chunks_do_not_become_records_of_their_own(factory, authority: Authority, extension: bytes):
    """What they cost the upstream is bounded by what they cost the client, whatever they are dressed up with."""
    body = (b"1" + extension + b"\r\na\r\n") * 100_000 + b"0\r\n\r\n"
    with ScriptedServer(answering(reply()), tls=authority.server_context("DNS:localhost")) as upstream, \
            Tapped(upstream.address) as tap:
        gateway = factory.gateway(f"https://localhost:{tap.port}", UPSTREAM_CA_FILE=str(authority.certificate))
        with gateway.proxy.connect() as connection:
            connection.send(request("POST", "/v1/files", [("Transfer-Encoding", "chunked")]))
            connection.send(body)
            assert connection.read_response().status == 200
        assert upstream.requests[0].body == b"a" * 100_000
        records = tap.records()
    assert sum(records) < 1.1 * len(body) + 20_000, (len(records), sum(records))
    assert len(records) < len(body) / 1000


@pytest.mark.parametrize("said", [True, False], ids=["with close_notify", "without"])
def test_end_of_a_body_without_framing(factory, authority: Authority, said: bool):
    """Only close_notify tells a body's end from a cut (RFC 9112 section 9.8)."""
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nall there is")
        if said:
            peer.socket.unwrap()
    with ScriptedServer(script, tls=authority.server_context("DNS:localhost")) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        request_id = new_id()
        with gateway.proxy.connect() as connection:
            connection.send(request("GET", "/v1/x", [("X-LLM-Request-ID", request_id)]))
            if said:
                assert connection.read_response().body == b"all there is"
            else:
                with pytest.raises(Cut):
                    connection.read_response()
        same(gateway.event(request_id), outcome="completed" if said else "upstream_aborted", status_code=200)


def test_server_that_never_shakes_hands(factory, authority: Authority):
    with ScriptedServer(lambda peer: peer.read_to_close()) as upstream:
        gateway = start(factory, upstream, authority.certificate, HTTP_CLIENT_TIMEOUT="300ms")
        response, event = gateway.post(chat())
        assert (response.status, response.error["code"]) in [(504, "upstream_timeout"), (502, "upstream_unreachable")]
        same(event, status_code=response.status)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_sessions_are_resumed_by_many_clients_at_once(factory, authority: Authority, version: ssl.TLSVersion):
    """The upstream closes after each answer: once there are sessions, more than nineteen in twenty are resumed."""
    context = authority.server_context("DNS:localhost")
    context.minimum_version = context.maximum_version = version

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(reply(b"{}", fields=[("Connection", "close")]))
        peer.at_end()
    with ScriptedServer(script, tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate)
        for _ in range(10):
            assert gateway.proxy.ask("GET", "/v1/x").status == 200

        def ask_often() -> None:
            for _ in range(25):
                assert gateway.proxy.ask("GET", "/v1/x").status == 200
        clients = [threading.Thread(target=ask_often) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        resumed = upstream.handshakes.count(True)
        print(f"{resumed} of {len(upstream.handshakes)} resumed")
        assert len(upstream.handshakes) == 210 and resumed / 210 > 0.95, upstream.handshakes


def say_goodbye(peer: Peer, context: ssl.SSLContext, apart: bool) -> None:
    """Answers one request and sends close_notify, in one piece with the answer or after it; the socket stays open."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)

    def until_done(step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                peer.send(outgoing.read())
                received = peer.receive()
                assert received, "the gateway left"
                incoming.write(received)

    until_done(tls.do_handshake)
    peer.send(outgoing.read())
    asked = b""
    while not asked.endswith(chat()):
        asked += until_done(lambda: tls.read(65536))
    tls.write(reply(b"good"))
    if apart:
        peer.send(outgoing.read())
        assert peer.server.proceed.wait(PATIENCE)
    with pytest.raises(ssl.SSLWantReadError):
        tls.unwrap()
    peer.send(outgoing.read())
    peer.server.said.append(peer.number)
    peer.receive()  # until the gateway leaves


@pytest.mark.parametrize("apart", [False, True], ids=["with the answer", "while idle"])
def test_goodbye_on_a_kept_connection(factory, authority: Authority, apart: bool):
    """What is asked next goes elsewhere (RFC 8446 section 6.1)."""
    context = authority.server_context("DNS:localhost")
    with ScriptedServer(lambda peer: say_goodbye(peer, context, apart)) as upstream:
        upstream.proceed, upstream.said = threading.Event(), []
        gateway = start(factory, upstream, authority.certificate)
        for number in range(1, 6):
            upstream.proceed.clear()
            assert gateway.proxy.ask("POST", "/v1/chat/completions", [], chat()).body == b"good"
            upstream.proceed.set()
            wait_until(lambda: number in upstream.said, "the goodbye")
            if apart:  # that it has come is known at the latest with the next tick
                idle = 'llmgw_proxy_upstream_idle_connections{upstream="openai"}'
                wait_until(lambda: gateway.proxy.metrics()[idle] == 0, "it is gone")
        assert upstream.connections == 5
