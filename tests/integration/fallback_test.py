# SPDX-License-Identifier: MIT
"""What follows on a target that fails: another one, a wait, or the answer as it is. Rows T1 to T12 of what peers get
wrong are named in the tests' names."""

import json
import pathlib
import threading
import time

import pytest

from support.config_file import write
from support.gateway import Factory, chat, new_id
from support.process import wait_until
from support.scripted import Peer, reply
from support.targets import Targets, ask, ask_for_event, targets
from support.wire import request

ALL = ["unsent", "rate_limit", "key", "overloaded", "not_found", "server_error", "timeout", "reset", "context"]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def failing(status: int, body: bytes = b'{"error":{"message":"no"}}', **fields: str) -> bytes:
    return reply(body, f"{status} Failed", [(name.replace("_", "-"), value) for name, value in fields.items()])


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


def close(peer: Peer) -> None:
    peer.socket.close()


def pair(causes: list[str] | None = None, **retry: object) -> dict:
    """A model `m` with a target `a`, and `b` behind it."""
    settings = ({"causes": causes} if causes is not None else {}) | retry
    return {"models": {"m": targets("a") | {"fallback": ["n"], "retry": settings}, "n": targets("b")}}


@pytest.mark.parametrize("cause, answer", [
    ("rate_limit", failing(429)), ("key", failing(401)), ("key", failing(403)),
    ("key", failing(429, b'{"error":{"code":"insufficient_quota"}}')),
    ("overloaded", failing(503)), ("overloaded", failing(529)), ("not_found", failing(404)),
    ("server_error", failing(500)), ("context", failing(413)),
    ("context", failing(400, b'{"error":{"code":"context_length_exceeded"}}')), ("reset", close),
], ids=lambda value: value if isinstance(value, str) else "")
def test_another_target_answers_for_a_cause_that_is_named(
        factory: Factory, tmp_path: pathlib.Path, cause: str, answer):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = answer
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, pair([cause]), collector.url)
        response, event = ask_for_event(proxy, collector)
        assert response.status == 200 and response.json() == {"from": "b"}, response
        assert upstreams.counts() == {"a": 1, "b": 1}
        assert [each["cause"] for each in event["attempts"]] == [cause, None]
        assert (event["target"], event["route"], event["outcome"]) == ("b", "m", "completed")
        assert json.loads(upstreams.servers["b"].requests[0].body)["model"] == "n"  # the entry it fell back on
        # And for no other.
        others = [each for each in ALL if each != cause]
        proxy = upstreams.open(factory, tmp_path, pair(others))
        assert ask(proxy).status != 200
        assert upstreams.counts() == {"a": 2, "b": 1}


def test_what_was_not_sent_goes_on_by_default(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        proxy = upstreams.open(factory, tmp_path, pair())
        upstreams.servers["a"].close()
        assert ask(proxy).json() == {"from": "b"}


@pytest.mark.parametrize("answer", [failing(500), failing(502), failing(404), failing(413), close],
                         ids=["500", "502", "404", "413", "reset"])
def test_what_may_have_been_billed_is_not_repeated_by_default(factory: Factory, tmp_path: pathlib.Path, answer):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = answer
        proxy = upstreams.open(factory, tmp_path, pair())
        assert ask(proxy).status >= 400
        assert upstreams.counts() == {"a": 1, "b": 0}


@pytest.mark.parametrize("status, body", [(400, b'{"error":{"code":"invalid"}}'), (409, b"{}"), (422, b"{}"),
                                          (400, b'{"error":{"code":"content_filter"}}')])
def test_T7_what_is_the_clients_doing_is_its_answer(factory: Factory, tmp_path: pathlib.Path, status: int, body: bytes):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = failing(status, body)
        proxy = upstreams.open(factory, tmp_path, pair(ALL))
        response = ask(proxy)
        assert (response.status, response.body) == (status, body)
        assert upstreams.count("b") == 0


def test_T1_nothing_is_repeated_behind_the_first_byte(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        def cut(peer: Peer) -> None:
            peer.send(STREAM + chunk(b'data: {"choices":[]}\n\n'))
            peer.socket.close()

        upstreams.answers["a"] = cut
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, pair(ALL), collector.url)
        request_id = new_id()
        with proxy.connect() as client:
            client.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", request_id)], chat(model="m", stream=True)))
            with pytest.raises(AssertionError) as cut_off:
                client.read_response()
        assert cut_off.value.body == b'data: {"choices":[]}\n\n' and b"[DONE]" not in cut_off.value.body
        [event] = wait_until(lambda: [each for each in collector.events() if each["request_id"] == request_id], "event")
        assert event["outcome"] == "upstream_aborted"
        assert upstreams.counts() == {"a": 1, "b": 0}


def test_T2_an_empty_set_of_causes_means_none(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        for answer in (failing(429), failing(503), failing(401), close):
            upstreams.answers["a"] = answer
            assert ask(upstreams.open(factory, tmp_path, pair([]))).status != 200  # nothing cools in a new one
        assert upstreams.count("b") == 0


def test_S12_a_stream_whose_first_event_is_an_error_is_none(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = (STREAM + chunk(b": hello\n\n") + chunk(b'data: {"error":{"message":"busy"}}\n\n')
                                  + b"0\r\n\r\n")
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, pair(), collector.url)
        response, event = ask_for_event(proxy, collector, stream=True)
        assert response.json() == {"from": "b"}
        assert [each["cause"] for each in event["attempts"]] == ["overloaded", None]
        # Where nobody else is left it is passed on as it came.
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": targets("a")}})
        assert ask(proxy, stream=True).body == b': hello\n\ndata: {"error":{"message":"busy"}}\n\n'


def test_first_answer_is_the_clients_when_all_fail(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers |= {"a": failing(429, b'{"error":{"message":"first"}}', Retry_After="77"), "b": failing(503)}
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, pair(), collector.url)
        response, event = ask_for_event(proxy, collector)
        assert (response.status, response.get("Retry-After")) == (429, "77")
        assert response.json() == {"error": {"message": "first"}}
        assert (event["status_code"], event["target"]) == (429, "a")
        assert [(each["target"], each["status"]) for each in event["attempts"]] == [("a", 429), ("b", 503)]
        upstreams.servers["b"].close()
        time_out = upstreams.open(factory, tmp_path, pair())
        assert ask(time_out).json() == {"error": {"message": "first"}}


def test_own_key_is_nothing_that_a_client_could_mend(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        upstreams.answers["a"] = failing(401, b'{"error":{"message":"Incorrect API key sk-canary-1"}}')
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, {"providers": upstreams.providers(a={"keys": [{"env": "KEY"}]}),
                                                   "models": {"m": targets("a")}}, collector.url, KEY="sk-canary-1")
        response, event = ask_for_event(proxy, collector)
        assert (response.status, response.error["code"]) == (502, "upstream_auth_failed")
        assert response.get("X-Should-Retry") == "false"
        assert event["outcome"] == "upstream_invalid" and event["status_code"] == 502
        # The key cools now: nobody is asked, and that is said.
        response, event = ask_for_event(proxy, collector)
        assert (response.status, response.error["code"]) == (503, "no_target_available")
        assert 200 < int(response.get("Retry-After")) <= 300
        assert (event["outcome"], event["attempts"], event["target"]) == ("refused", [], None)
        assert upstreams.count("a") == 1
        # T12: in nothing that anybody sees.
        assert "sk-canary" not in proxy.daemon.log() + proxy.scrape() + json.dumps(collector.events())


def test_T11_a_new_key_is_used_from_the_next_request_on(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        def by_key(peer: Peer) -> None:
            good = upstreams.servers["a"].requests[-1].values("Authorization") == ["Bearer sk-new"]
            peer.send(reply(b'{"from":"a"}') if good else failing(401))

        upstreams.answers["a"] = by_key
        key = tmp_path / "key"
        key.write_text("sk-old")
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"keys": [{"file": str(key)}]}), "models": {"m": targets("a")}})
        assert ask(proxy).status == 502
        write(key, "sk-new")
        wait_until(lambda: ask(proxy).status == 200, "the new key")


@pytest.mark.parametrize("method, target, body, chunks", [
    ("POST", "/v1/chat/completions", chat(model="m"), None), ("POST", "/v1/chat/completions", None, [chat(model="m")]),
    ("POST", "/v1/chat/completions", chat("x" * 200_000, model="m"), None), ("GET", "/v1/files?after=f-1", None, None),
], ids=["plain", "chunked", "large", "without-body"])
def test_all_of_a_request_is_sent_again(factory: Factory, tmp_path: pathlib.Path, method: str, target: str, body: bytes | None,
                                        chunks: list[bytes] | None):
    """Over a connection that was there: its head and body outlast the wait for the first answer."""
    with Targets("a") as upstreams:
        def by_key(peer: Peer) -> None:
            refused = upstreams.servers["a"].requests[-1].values("Authorization") == ["Bearer sk-one"]
            peer.send(failing(429, Retry_After="50") if refused else reply(b'{"from":"a"}'))
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"keys": [{"env": "ONE"}, {"env": "TWO"}]}), "models": {"m": targets("a")},
            "default_provider": "a"}, ONE="sk-one", TWO="sk-two", PROXY_THREADS="1")
        assert ask(proxy).status == 200
        upstreams.answers["a"] = by_key
        fields = [("Content-Type", "application/json"), ("X-Own", "kept"), ("Accept", "application/json")]
        for _ in range(2):  # the one whose turn it is with the key that is refused
            with proxy.connect() as connection:
                connection.send(request(method, target, fields, body, chunks))
                assert connection.read_response().json() == {"from": "a"}
        asked = upstreams.servers["a"].requests[1:]
        refused = [each.values("Authorization") for each in asked].index(["Bearer sk-one"])
        first, second = asked[refused:refused + 2]
        assert (first.method, first.target, first.body) == (second.method, second.target, second.body) == (
            method, target, body or b"".join(chunks or []))
        same_fields = [[field for field in each.fields if field[0].lower() != "authorization"] for each in (first, second)]
        assert same_fields[0] == same_fields[1] and ("X-Own", "kept") in first.fields


def test_T5_all_at_their_limits_is_429_with_the_soonest_wait(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers |= {"a": failing(429, Retry_After="50"), "b": failing(429, Retry_After="30")}
        proxy = upstreams.open(factory, tmp_path, pair())
        assert ask(proxy).status == 429
        assert upstreams.counts() == {"a": 1, "b": 1}
        response = ask(proxy)
        assert (response.status, response.error["code"]) == (429, "rate_limited")
        assert 25 <= int(response.get("Retry-After")) <= 30
        assert upstreams.counts() == {"a": 1, "b": 1}


def test_T6_a_lone_target_is_waited_for_once(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        def busy(peer: Peer) -> None:
            upstreams.answers["a"] = reply(b'{"from":"a"}')
            peer.send(failing(429, Retry_After_Ms="300"))

        upstreams.answers["a"] = busy
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": targets("a")}}, collector.url)
        response, event = ask_for_event(proxy, collector)
        assert response.status == 200 and [each["status"] for each in event["attempts"]] == [429, 200]
        assert event["latency_ms"] >= 300
        upstreams.answers["a"] = failing(429, Retry_After_Ms="100")
        response, event = ask_for_event(proxy, collector)  # many in a row do not sleep
        assert response.status == 429 and [each["status"] for each in event["attempts"]] == [429, 429]
        upstreams.answers["a"] = failing(429, Retry_After="60")  # longer than wait_max
        wait_until(lambda: upstreams.count("a") > 4 or ask(proxy).get("Retry-After") == "60", "the cooling's end")
        assert upstreams.count("a") == 5


def test_client_that_leaves_while_it_is_waited_is_noticed(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        upstreams.answers["a"] = failing(429, Retry_After="60")
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": targets("a") | {"retry": {"wait_max": "5m"}}}}, collector.url)
        with proxy.connect() as client:
            client.send(request("POST", "/v1/chat/completions", [], chat(model="m")))
            upstreams.servers["a"].wait_for_requests(1)
        [event] = wait_until(collector.events, "the event")
        assert event["outcome"] == "client_aborted" and upstreams.count("a") == 1


def test_T4_T9_failures_open_the_target_and_one_probe_closes_it(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = failing(500)
        content = pair(["server_error"]) | {"defaults": {"cooldown": {"failures": 3, "open": "1s"}}}
        proxy = upstreams.open(factory, tmp_path, content)
        for _ in range(12):
            assert ask(proxy).json() == {"from": "b"}
        assert upstreams.count("a") == 3
        assert proxy.metrics()['llmgw_target_state{provider="a",target=""}'] == 2
        wait_until(lambda: proxy.metrics()['llmgw_target_state{provider="a",target=""}'] == 1, "half open")
        held = threading.Event()

        def slow(peer: Peer) -> None:
            held.wait(10)
            peer.send(reply(b'{"from":"a"}'))

        upstreams.answers["a"] = slow
        answers: list[str] = []
        probe = threading.Thread(target=lambda: answers.append(ask(proxy).json()["from"]))
        probe.start()
        upstreams.servers["a"].wait_for_requests(4)
        assert ask(proxy).json() == {"from": "b"}  # while the one is tried nobody else is sent there
        held.set()
        probe.join()
        assert answers == ["a"]
        upstreams.answers["a"] = reply(b'{"from":"a"}')
        assert ask(proxy).json() == {"from": "a"}


@pytest.mark.parametrize("limit", ["head", "first_token"])
def test_time_outs_of_a_silent_target(factory: Factory, tmp_path: pathlib.Path, limit: str):
    with Targets("a", "b") as upstreams:
        done = threading.Event()

        def silent(peer: Peer) -> None:
            if limit == "first_token":
                peer.send(STREAM + chunk(b": still here\n\n"))
            done.wait(20)

        upstreams.answers["a"] = silent
        collector = factory.collector()
        settings = {"providers": upstreams.providers(a={"timeouts": {limit: "300ms"}})}
        proxy = upstreams.open(factory, tmp_path, pair(["timeout"]) | settings, collector.url)
        response, event = ask_for_event(proxy, collector, stream=True)
        assert response.json() == {"from": "b"} and event["attempts"][0]["cause"] == "timeout"
        assert event["attempts"][0]["latency_ms"] >= 300
        proxy = upstreams.open(factory, tmp_path, pair() | settings, collector.url)
        response, event = ask_for_event(proxy, collector, stream=True)
        assert (response.status, event["outcome"]) == (504, "upstream_timeout")
        done.set()


def test_time_outs_between_reads_and_of_all(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        done = threading.Event()

        def stalls(peer: Peer) -> None:
            peer.send(STREAM + chunk(b'data: {"choices":[]}\n\n'))
            done.wait(20)

        def drips(peer: Peer) -> None:
            peer.send(STREAM)
            while not done.wait(0.05):
                peer.send(chunk(b'data: {"choices":[]}\n\n'))

        upstreams.answers |= {"a": stalls, "b": drips}
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"timeouts": {"idle": "300ms"}}, b={"timeouts": {"total": "600ms"}}),
            "models": {"m": targets("a"), "n": targets("b")}}, collector.url)
        for model in ("m", "n"):
            with proxy.connect() as client:
                client.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", f"of-{model}")], chat(model=model, stream=True)))
                with pytest.raises(AssertionError):
                    client.read_response()
            [event] = wait_until(lambda: collector.events(f"of-{model}"), "the event")
            assert event["outcome"] == "upstream_timeout", event
        done.set()


def test_connect_is_limited(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        # Nobody takes the handshake.
        providers = upstreams.providers(a={"base_url": upstreams.servers["a"].url.replace("http:", "https:"),
                                           "timeouts": {"connect": "300ms"}})
        done = threading.Event()
        upstreams.servers["a"].script = lambda peer: done.wait(20)
        proxy = upstreams.open(factory, tmp_path, pair() | {"providers": providers})
        begun = time.monotonic()
        assert ask(proxy).json() == {"from": "b"}
        assert time.monotonic() - begun >= 0.3
        done.set()


def test_attempts_are_bounded(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b", "c") as upstreams:
        upstreams.answers |= {"a": failing(503), "b": failing(503)}
        entry = targets("a", "b", "c") | {"retry": {"attempts": 2}}
        entry["targets"][0]["weight"] = 1_000
        entry["targets"][1]["weight"] = 100
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": entry}})
        assert ask(proxy).status == 503
        assert upstreams.counts() == {"a": 1, "b": 1, "c": 0}


def test_a_large_body_is_sent_again_whole(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers["a"] = failing(503)
        proxy = upstreams.open(factory, tmp_path, pair())
        text = "x" * 3_000_000
        assert ask(proxy, pad=text).json() == {"from": "b"}
        first, second = upstreams.servers["a"].requests[0], upstreams.servers["b"].requests[0]
        assert first.body == second.body.replace(b'"model": "n"', b'"model": "m"', 1) and len(first.body) > 3_000_000
