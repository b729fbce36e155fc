# SPDX-License-Identifier: MIT
"""Tokens that nobody reported: counted, learned or left unknown, and said so; on every way an exchange ends."""

import json
import pathlib
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from support.config_file import write
from support.delivery import adds_up, terms
from support.event import check_event, same
from support.gateway import Factory, chat, new_id
from support.keys import bearer, entry
from support.limited import SLOW
from support.process import PATIENCE, SANITIZED, wait_until
from support.scripted import AnsweringServer, Peer
from support.sent_stream import HEAD, end, framed, sending, wait_for_end
from support.wire import Connection, request

MODEL = "gpt-4"
PROMPT = 9  # of chat(): 3, and 3 for the message, 1 for its role, 2 for its text
USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
UNKNOWN = {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}


def chunk(text: str, finish: str | None = None, model: str = MODEL, **more: object) -> bytes:
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": finish}] if text or finish else []
    return b"data: %b\n\n" % json.dumps({"id": "c", "model": model, "choices": choices} | more).encode()


class Stage:
    """An upstream whose answer a test writes, with a gateway that estimates in front of it."""

    def __init__(self, factory: Factory, **settings: str) -> None:
        self.upstream = AnsweringServer()
        self.gateway = factory.gateway(self.upstream.url, **({"METERING_ESTIMATE": "bpe"} | settings))

    def begin(self, answer: Callable[[Peer], bool], body: bytes = chat(stream=True, model=MODEL)) -> tuple[Connection, str]:
        self.upstream.answer = answer
        request_id = new_id("estimate")
        connection = self.gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", self.gateway.fields(request_id), body))
        return connection, request_id

    def whole(self, answer: Callable[[Peer], bool], body: bytes = chat(stream=True, model=MODEL)) -> dict:
        """The event of an exchange that is read to its end."""
        connection, request_id = self.begin(answer, body)
        with connection:
            connection.read_response()
        return self.gateway.event(request_id)

    def left(self, answer: Callable[[Peer], bool], mark: bytes) -> dict:
        """The event of a stream whose client leaves when it has read `mark`."""
        connection, request_id = self.begin(answer)
        assert connection.read_head().status == 200
        received = b""
        while mark not in received:
            received += connection.read_chunk()
        connection.close()
        return self.gateway.event(request_id)


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    factory = Factory(tmp_path_factory.mktemp("estimate"))
    made: dict[tuple, Stage] = {}

    def one(**settings: str) -> Stage:
        key = tuple(sorted(settings.items()))
        if key not in made:
            made[key] = Stage(factory, HTTP_CLIENT_TIMEOUT="2s", **settings)
        return made[key]
    yield one
    for each in made.values():
        each.upstream.close()
    factory.close()


@pytest.fixture
def stage(make: Callable[..., Stage]) -> Stage:
    return make()


def document(body: dict | bytes, status: str = "200 OK") -> Callable[[Peer], bool]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(peer: Peer) -> bool:
        peer.send(b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                  % (status.encode(), len(content), content))
        return True
    return answer


def test_a_stream_without_usage_is_counted(stage: Stage):
    event = stage.whole(sending(chunk("Hello"), chunk(" world"), chunk("", "stop"), b"data: [DONE]\n\n", then=end))
    same(event, **UNKNOWN, outcome="completed", usage_source="estimated", estimated_prompt_tokens=PROMPT,
         estimated_completion_tokens=2, estimate_method="bpe", estimate_quality="exact", estimate_error=None,
         billing="estimate")


def test_a_stream_that_was_left_is_a_lower_bound(stage: Stage):
    event = stage.left(sending(chunk("Hello"), chunk(" world"), then=wait_for_end, keep=False), b" world")
    same(event, **UNKNOWN, outcome="client_aborted", usage_source="estimated", estimated_prompt_tokens=PROMPT,
         estimated_completion_tokens=2, estimate_method="bpe", estimate_quality="lower_bound", billing="estimate")


def test_a_stream_that_broke_off_is_a_lower_bound(stage: Stage):
    connection, request_id = stage.begin(sending(chunk("Hello"), keep=False))
    with connection:
        connection.read_head()
        connection.read_chunk()
        same(stage.gateway.event(request_id), outcome="upstream_aborted", usage_source="estimated",
             estimated_completion_tokens=1, estimate_quality="lower_bound")


def test_text_in_small_spans_and_escapes(stage: Stage):
    """Each byte of the stream by itself: pieces of text then lie in several spans."""
    text = "He said \"日本\" \\ 🌍\n"
    body = chunk(text) + chunk(" and left", "stop")

    def answer(peer: Peer) -> bool:
        peer.send(HEAD)
        for at in range(0, len(body), 7):
            peer.send(framed(body[at:at + 7]))
        end(peer)
        return True
    whole = stage.whole(sending(body, then=end))
    cut = stage.whole(answer)
    assert whole["estimated_completion_tokens"] == cut["estimated_completion_tokens"] > 8, (whole, cut)


def test_a_document_without_usage(stage: Stage):
    event = stage.whole(document({"model": MODEL, "choices": [{"message": {"role": "assistant", "content": "Hello world"}}]}),
                        chat(model=MODEL))
    same(event, **UNKNOWN, usage_source="estimated", estimated_prompt_tokens=PROMPT, estimated_completion_tokens=2,
         estimate_method="bpe", estimate_quality="exact", stream=False, billing="estimate")


def test_tools_are_parts(stage: Stage):
    tools = [{"type": "function", "function": {"name": "foo", "parameters": {"type": "object", "properties": {}}}}]
    event = stage.whole(document({"model": MODEL, "choices": []}), chat("hello", model=MODEL, tools=tools))
    same(event, estimated_prompt_tokens=31, estimate_method="bpe_parts", estimate_quality="close")


def test_embeddings(stage: Stage):
    stage.upstream.answer = document({"object": "list", "data": [{"embedding": [0.1]}], "model": "text-embedding-3-small"})
    _, event = stage.gateway.post(json.dumps({"model": "text-embedding-3-small", "input": "hello world"}).encode(),
                                  target="/v1/embeddings")
    same(event, usage_source="estimated", estimated_prompt_tokens=2, estimated_completion_tokens=None, estimate_quality="exact")


def test_a_client_that_left_before_the_head(stage: Stage):
    asked = threading.Event()

    def silent(peer: Peer) -> bool:
        asked.set()
        wait_for_end(peer)
        return False
    connection, request_id = stage.begin(silent)
    assert asked.wait(PATIENCE)
    connection.close()
    same(stage.gateway.event(request_id), outcome="client_aborted", status_code=0, usage_source="estimated",
         estimated_prompt_tokens=PROMPT, estimated_completion_tokens=0, estimate_quality="lower_bound", billing="estimate")


def test_what_failed_before_any_token_costs_nothing(stage: Stage):
    event = stage.whole(document({"error": {"message": "no"}}, "400 Bad Request"))
    same(event, usage_source="missing", estimate_method=None, estimated_prompt_tokens=None, billing="none")


def test_reported_usage_stays_alone(stage: Stage):
    event = stage.whole(sending(chunk("Hello", "stop"), chunk("", usage=USAGE), then=end))
    same(event, **USAGE, usage_source="upstream")
    assert "billing" not in event


def test_usage_that_came_before_the_end_is_partial(stage: Stage):
    event = stage.left(sending(chunk("Hello", usage={"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}),
                                 chunk(" big world"), then=wait_for_end, keep=False), b"world")
    same(event, prompt_tokens=5, completion_tokens=1, usage_source="partial", estimated_prompt_tokens=None,
         estimated_completion_tokens=3, estimate_quality="lower_bound", billing="estimate")


def test_other_endpoints_are_left_alone(stage: Stage):
    stage.upstream.answer = document({"object": "list", "data": []})
    request_id = new_id("estimate")
    assert stage.gateway.proxy.ask("GET", "/v1/models", stage.gateway.fields(request_id)).status == 200
    event = stage.gateway.event(request_id)
    assert event["usage_source"] == "missing" and "billing" not in event


def test_models_without_a_tokenizer_are_learned(make: Callable[..., Stage]):
    stage = make(PROXY_THREADS="1")
    model = "llama-3"
    body = chat("x" * 300, stream=True, model=model)
    before = stage.whole(sending(chunk("y" * 40, "stop", model), then=end), body)
    same(before, usage_source="missing", estimate_method=None, billing=None)
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    for _ in range(20):
        same(stage.whole(sending(chunk("y" * 40, "stop", model), chunk("", None, model, usage=usage), then=end), body), **usage)
    event = stage.whole(sending(chunk("y" * 80, "stop", model), then=end), body)
    same(event, usage_source="estimated", estimated_prompt_tokens=100, estimated_completion_tokens=20,
         estimate_method="learned", estimate_quality="rough", estimate_error=0, billing="estimate")


def test_learned_alone_holds_no_text(make: Callable[..., Stage]):
    stage = make(METERING_ESTIMATE="learned")
    event = stage.whole(sending(chunk("Hello", "stop"), then=end))
    same(event, usage_source="missing", estimate_method=None)
    assert stage.gateway.proxy.metrics()["llmgw_estimate_text_bytes"] == 0


def test_text_beyond_its_bound(make: Callable[..., Stage]):
    stage = make(METERING_CAPTURE_BYTES="1KB")
    event = stage.whole(sending(chunk("Hello", "stop"), then=end), chat("x" * 2000, stream=True, model=MODEL))
    same(event, usage_source="missing", estimate_method=None)
    event = stage.whole(sending(*[chunk(" word")] * 1000, chunk("", "stop"), then=end))
    assert event["estimate_quality"] == "rough" and 990 < event["estimated_completion_tokens"] < 1010, event
    assert stage.gateway.proxy.metrics()['llmgw_estimates_total{method="none",reason="not_held"}'] == 1


def test_off(make: Callable[..., Stage]):
    stage = make(METERING_ESTIMATE="off")
    event = stage.left(sending(chunk("Hello"), then=wait_for_end, keep=False), b"Hello")
    assert event["usage_source"] == "missing" and "billing" not in event
    assert not [name for name in stage.gateway.proxy.metrics() if name.startswith("llmgw_estimate")]


def test_void(make: Callable[..., Stage]):
    stage = make(ABORT_BILLING="void")
    event = stage.left(sending(chunk("Hello"), then=wait_for_end, keep=False), b"Hello")
    same(event, usage_source="estimated", estimated_completion_tokens=1, billing="void")
    event = stage.whole(sending(chunk("Hello", "stop"), then=end))
    same(event, billing="estimate")


def test_drained(make: Callable[..., Stage]):
    """The upstream goes on only when the client has left; its usage comes all the same."""
    stage = make(ABORT_BILLING="drain", ABORT_DRAIN_TIME="5s")
    is_left = threading.Event()

    def rest(peer: Peer) -> None:
        assert is_left.wait(PATIENCE)
        peer.send(b"".join(framed(piece) for piece in (chunk(" world"), chunk("", "stop"), chunk("", usage=USAGE))))
        end(peer)
    connection, request_id = stage.begin(sending(chunk("Hello"), then=rest))
    assert connection.read_head().status == 200
    connection.read_chunk()
    connection.close()
    is_left.set()
    same(stage.gateway.event(request_id), **USAGE, outcome="client_aborted", usage_source="drained", stream_chunks=2)
    assert stage.gateway.proxy.metrics()['llmgw_drains_total{result="usage"}'] == 1


def test_who_is_charged_is_for_key_and_plan_to_say(factory: Factory, tmp_path: pathlib.Path):
    """The key's word goes before its plan's, and that before the variable's; a reload changes it."""
    content = {"version": 1, "plans": {"free": {"abort": "void"}, "paid": [SLOW]},
               "tenants": {"free": {"plan": "free"}, "paid": {"plan": "paid"}},
               "keys": [entry("free", "free"), entry("paid", "paid"), entry("own", "free", abort="drain"),
                        entry("other-plan", "paid", plan="free")]}
    path = write(tmp_path / "gateway.yaml", content)
    stage = Stage(factory, GATEWAY_CONFIG=str(path), GATEWAY_KEYS="required", ABORT_DRAIN_TIME="200ms", PROXY_THREADS="1")

    def billing(key: str) -> str:
        stage.gateway.fields = lambda request_id, mock="": bearer(key) + [("X-LLM-Request-ID", request_id)]
        event = stage.left(sending(chunk("Hello"), then=wait_for_end, keep=False), b"Hello")
        same(event, outcome="client_aborted", key_id=key, usage_source="estimated", estimated_completion_tokens=1)
        return event["billing"]

    def drains() -> float:
        return stage.gateway.proxy.metrics()['llmgw_drains_total{result="limit"}']
    assert {key: billing(key) for key in ("free", "paid", "other-plan")} == {"free": "void", "paid": "estimate", "other-plan": "void"}
    assert drains() == 0
    assert billing("own") == "estimate"
    assert drains() == 1
    content["plans"]["free"]["abort"] = "estimate"
    write(path, content)
    wait_until(lambda: billing("free") == "estimate", "the file to be read")


def test_a_drain_ends(make: Callable[..., Stage]):
    stage = make(ABORT_BILLING="drain", ABORT_DRAIN_TIME="200ms", ABORT_DRAINS="1", PROXY_THREADS="1")
    event = stage.left(sending(chunk("Hello"), then=wait_for_end, keep=False), b"Hello")
    same(event, outcome="client_aborted", usage_source="estimated", estimated_completion_tokens=1)
    assert stage.gateway.proxy.metrics()['llmgw_drains_total{result="limit"}'] == 1


def test_no_more_drains_than_allowed(make: Callable[..., Stage]):
    stage = make(ABORT_BILLING="drain", ABORT_DRAIN_TIME="1m", ABORT_DRAINS="1", PROXY_THREADS="1", DRAIN_TIMEOUT="1s")
    events = []
    first, first_id = stage.begin(sending(chunk("Hello"), then=wait_for_end, keep=False))
    first.read_head()
    first.read_chunk()
    first.close()
    events.append(stage.left(sending(chunk("Hello"), then=wait_for_end, keep=False), b"Hello"))
    same(events[0], outcome="client_aborted", usage_source="estimated")
    assert stage.gateway.proxy.metrics()['llmgw_drains_total{result="refused"}'] == 1
    assert not stage.gateway.collector.events(first_id)
    # None is read on by a proxy that is to end.
    stage.gateway.proxy.daemon.process.send_signal(signal.SIGTERM)
    same(stage.gateway.event(first_id), outcome="client_aborted", usage_source="estimated")


def test_events_that_are_counted_at_the_end_are_delivered(make: Callable[..., Stage]):
    stage = make(PROXY_THREADS="1", EVENT_DRAIN_TIMEOUT="5s")
    ids = []
    for _ in range(50):
        connection, request_id = stage.begin(sending(chunk("Hello world " * 50), then=wait_for_end, keep=False))
        connection.read_head()
        connection.read_chunk()
        connection.close()
        ids.append(request_id)
    assert adds_up(terms(stage.gateway.proxy))
    stage.gateway.proxy.daemon.stop()
    events = [stage.gateway.event(each) for each in ids]
    assert {event["usage_source"] for event in events} <= {"estimated", "missing"}


@pytest.mark.skipif(SANITIZED, reason="the time for the last counting is that of a program at its speed")
def test_what_waits_at_the_end_is_counted_first(make: Callable[..., Stage]):
    """Texts that take their time, as they are one word each; a drain gives it to them, and gives way to nobody."""
    stage = make(PROXY_THREADS="1", EVENT_DRAIN_TIMEOUT="6s")
    ids = []
    for _ in range(6):
        connection, request_id = stage.begin(sending(chunk("Hello"), then=wait_for_end, keep=False),
                                             chat("a" * 100_000, stream=True, model=MODEL))
        connection.read_head()
        connection.read_chunk()
        connection.close()
        ids.append(request_id)
    stage.gateway.proxy.daemon.stop()
    assert {stage.gateway.event(each)["estimate_method"] for each in ids} == {"bpe"}


def test_no_text_leaves(stage: Stage):
    canary = "zebrawoodcanary"
    event = stage.left(sending(chunk(canary), then=wait_for_end, keep=False), canary.encode())
    connection, request_id = stage.begin(sending(chunk("Hello", "stop"), then=end), chat(canary, stream=True, model=MODEL))
    with connection:
        connection.read_response()
    stage.gateway.event(request_id)
    assert event["estimated_completion_tokens"] > 1
    assert canary not in json.dumps(stage.gateway.collector.events())
    assert canary not in stage.gateway.proxy.daemon.log() and canary not in stage.gateway.proxy.scrape()


RECORDED = (pathlib.Path(__file__).parents[1] / "support/replies/openai_chat_stream_usage.sse").read_bytes()
FINISH = b'"finish_reason":"stop"'
TEXT_END = RECORDED.index(FINISH) + len(FINISH)
RECORDED_USAGE = {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23}


@pytest.mark.long
@pytest.mark.parametrize("policy", ["estimate", "drain", "void"])
def test_left_at_every_byte(make: Callable[..., Stage], policy: str):
    """The upstream goes on once the client has left; whether that is of use is for the policy to say."""
    stage = make(ABORT_BILLING=policy, PROXY_THREADS="1", ABORT_DRAINS="1000")
    body = chat(stream=True, model="gpt-4o-mini", stream_options={"include_usage": True})
    ids: dict[str, None] = {}
    for cut in range(1, len(RECORDED)):
        is_left = threading.Event()

        def answer(peer: Peer, cut: int = cut, is_left: threading.Event = is_left) -> bool:
            peer.send(HEAD + framed(RECORDED[:cut]))
            assert is_left.wait(PATIENCE)
            if policy != "drain" and cut < TEXT_END:
                wait_for_end(peer)  # at once, and not by what comes
                return False
            try:
                peer.send(framed(RECORDED[cut:]) + b"0\r\n\r\n")
            except OSError:  # the gateway has left, too
                return False
            return True
        connection, request_id = stage.begin(answer, body)
        assert connection.read_head().status == 200
        received = b""
        while len(received) < cut:
            received += connection.read_chunk()
        assert received == RECORDED[:cut]
        connection.close()
        is_left.set()
        ids[request_id] = None
        if cut % 100 == 0:  # no more than are counted in time
            stage.gateway.wait_for_events(len(ids), lambda event: event["request_id"] in ids)
    events = {event["request_id"]: event for event in stage.gateway.wait_for_events(len(ids), lambda event: event["request_id"] in ids)}
    sources = []
    for cut, request_id in enumerate(ids, 1):
        event = check_event(events[request_id])
        assert event["outcome"] in ("client_aborted", "completed"), (cut, event)
        sources.append(event["usage_source"])
        if event["usage_source"] in ("upstream", "drained"):
            same(event, **RECORDED_USAGE)
            assert "billing" not in event, (cut, event)
            continue
        same(event, **UNKNOWN, outcome="client_aborted", usage_source="estimated", estimated_prompt_tokens=9,
             estimate_method="bpe", estimate_quality="lower_bound", billing="void" if policy == "void" else "estimate")
        written = event["output_bytes"]  # of pieces that came whole; one that was cut may add some
        assert (written > 0) <= event["estimated_completion_tokens"] <= written + 8, (cut, event)
    assert sources[-1] == "upstream", sources[-1]
    # What follows the end of the text is waited for by any policy, see forward_usage.
    assert set(sources[TEXT_END:]) == {"upstream"}, sources
    if policy == "drain":  # or the rest was there before it was known that the client has left
        assert set(sources) <= {"drained", "upstream"} and "drained" in sources, sources
    else:
        assert set(sources[:TEXT_END - 1]) == {"estimated"}, sources
    assert adds_up(terms(stage.gateway.proxy))


class Memory:
    """What a process has in memory that can be written to."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def holds(self, *marks: bytes) -> bool:
        with open(f"/proc/{self.pid}/maps") as maps, open(f"/proc/{self.pid}/mem", "rb", 0) as memory:
            for line in maps:
                place, access, *_ = line.split()
                if "w" not in access or "[v" in line:
                    continue
                begin, end = (int(each, 16) for each in place.split("-"))
                memory.seek(begin)
                try:
                    content = memory.read(end - begin)
                except OSError:  # given back meanwhile
                    continue
                if any(mark in content for mark in marks):
                    return True
        return False


@pytest.mark.skipif(SANITIZED, reason="the sanitizers keep memory that was freed, and more of their own than can be read")
def test_text_is_wiped_when_it_goes(make: Callable[..., Stage]):
    """In this form it is nowhere but where it is held: on the wire its pieces lie apart."""
    stage = make(PROXY_THREADS="1", METERING_CAPTURE_BYTES="64KB")
    words = [b"zebra", b"wood", b"canary", b"feather"]
    memory = Memory(stage.gateway.proxy.daemon.pid)
    answer_mark, counted_mark = b'"'.join(words), b"".join(words)
    prompt = "".join(reversed([word.decode() for word in words]))
    body = chat(prompt, stream=True, model=MODEL)
    pieces = [chunk(word.decode()) for word in words]
    parts = [body[at:at + 5] for at in range(0, len(body), 5)]  # chunks, so that the framing lies between
    is_on = threading.Event()

    def exchange(then: Callable[[Peer], object], is_left: bool) -> dict:
        def answer(peer: Peer) -> bool:
            peer.send(HEAD)
            for piece in pieces:
                peer.send(framed(piece))
            assert is_on.wait(PATIENCE)
            then(peer)
            return False
        is_on.clear()
        stage.upstream.answer = answer
        request_id = new_id("estimate")
        connection = stage.gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", stage.gateway.fields(request_id), body, parts))
        assert connection.read_head().status == 200
        received = b""
        while b"feather" not in received:
            received += connection.read_chunk()
        assert memory.holds(answer_mark) and memory.holds(prompt.encode())
        if is_left:
            connection.close()
        is_on.set()
        event = stage.gateway.event(request_id)
        connection.close()
        return event

    def report(peer: Peer) -> None:
        peer.send(framed(chunk("", "stop")) + framed(chunk("", usage=USAGE)))
        end(peer)
    for then, is_left, source in ((wait_for_end, True, "estimated"), (report, False, "upstream"),
                                  (lambda peer: None, False, "estimated")):
        assert exchange(then, is_left)["usage_source"] == source
        wait_until(lambda: stage.gateway.proxy.metrics()["llmgw_estimate_text_bytes"] == 0, "all text to be given back")
        assert not memory.holds(answer_mark, counted_mark, prompt.encode()), source


def test_a_kill_leaves_no_text_on_disk(make: Callable[..., Stage], tmp_path: pathlib.Path):
    """Some of its events were being counted, others were on disk; the next one delivers those."""
    factory = Factory(tmp_path)
    settings = {"EVENT_SPOOL_DIR": str(tmp_path / "spool"), "PROXY_THREADS": "1"}
    stage = Stage(factory, HTTP_CLIENT_TIMEOUT="2s", **settings)
    canary = "zebrawoodcanary"
    stage.gateway.collector.daemon.kill()
    ids = []
    for number in range(30):
        connection, request_id = stage.begin(sending(chunk(canary + "word " * 2000), then=wait_for_end, keep=False),
                                             chat(canary, stream=True, model=MODEL))
        connection.read_head()
        connection.read_chunk()
        connection.close()
        ids.append(request_id)
    wait_until(lambda: terms(stage.gateway.proxy)["spooled"] + terms(stage.gateway.proxy)["in_flight"] > 0, "events on disk")
    assert adds_up(terms(stage.gateway.proxy))
    stage.gateway.proxy.daemon.kill()
    files = [path for path in (tmp_path / "spool").rglob("*") if path.is_file()]
    assert files and not any(canary.encode() in path.read_bytes() for path in files)
    collector = factory.collector()
    again = factory.proxy(stage.upstream.url, collector.url, METERING_ESTIMATE="bpe", **settings)
    wait_until(collector.events, "what was on disk")
    wait_until(lambda: terms(again)["spooled"] + terms(again)["in_flight"] + terms(again)["queued"] == 0, "all of it")
    assert adds_up(terms(again)) and terms(again)["estimating"] == 0
    assert {event["request_id"] for event in collector.events()} <= set(ids)
    stage.upstream.close()
    factory.close()


def test_usage_on_every_chunk(make: Callable[..., Stage]):
    """METERING_STREAM_USAGE=continuous: the client sees nothing of it, and what was left has an exact count."""
    stage = make(METERING_STREAM_USAGE="continuous")
    counts = [{"prompt_tokens": 5, "completion_tokens": number, "total_tokens": 5 + number} for number in (1, 2, 3)]
    pieces = [chunk("Hello", usage=counts[0]), chunk(" world", usage=counts[1]), chunk("", "stop", usage=counts[2])]
    plain = [chunk("Hello"), chunk(" world"), chunk("", "stop"), b"data: [DONE]\n\n"]
    connection, request_id = stage.begin(sending(*pieces, chunk("", usage=counts[2]), b"data: [DONE]\n\n", then=end))
    with connection:
        assert connection.read_response().body == b"".join(plain)
    same(stage.gateway.event(request_id), **counts[2], usage_source="upstream", outcome="completed")
    assert json.loads(stage.upstream.requests[-1].body)["stream_options"] == {
        "include_usage": True, "continuous_usage_stats": True}
    event = stage.left(sending(*pieces[:2], then=wait_for_end, keep=False), b" world")
    same(event, **counts[1], usage_source="partial", outcome="client_aborted", estimated_prompt_tokens=None,
         estimated_completion_tokens=None, billing="usage")


def test_an_alias_is_no_model(make: Callable[..., Stage]):
    """What the upstream calls itself counts, not what the client called it."""
    stage = make()
    event = stage.whole(sending(chunk("Hello", "stop", "llama-3"), then=end))
    same(event, model="llama-3", request_model=MODEL, usage_source="missing", estimate_method=None)


@pytest.mark.long
def test_text_is_given_back(stage: Stage):
    def held() -> bool:
        metrics = stage.gateway.proxy.metrics()
        return metrics["llmgw_estimate_text_bytes"] == 0 and metrics["llmgw_estimate_queue"] == 0
    wait_until(held, "all text to be given back", PATIENCE)
    metrics = stage.gateway.proxy.metrics()
    assert metrics['llmgw_estimates_total{method="bpe",reason="counted"}'] > 0
    assert metrics["llmgw_estimate_seconds_count"] > 0
