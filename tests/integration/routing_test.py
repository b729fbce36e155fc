# SPDX-License-Identifier: MIT
"""Which target gets which request, and which bytes of it: models, aliases, prefixes, routes, keys, our own model list."""

import collections
import json
import pathlib
import threading

from support.config_file import write
from support.gateway import Factory, chat, new_id
from support.process import run, wait_until
from support.targets import Targets, ask, ask_for_event, targets
from support.wire import request


def whom(response) -> str:
    assert response.status == 200, response
    return response.json()["from"]


def test_model_decides_wherever_it_stands(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": targets("b"), "gpt-*": targets("a"), "gpt-4*": targets("b")}, "default_provider": "a"})
        assert [whom(ask(proxy, model)) for model in ("m", "gpt-3", "gpt-4o", "else", "b/else")] == list("babab")
        body = b'{"messages":[{"content":"%b"}],"model":"m"}' % (b"x" * 300_000)
        assert whom(proxy.ask("POST", "/v1/chat/completions", [], body)) == "b"
        with proxy.connect() as client:  # and in whatever pieces it comes
            head = request("POST", "/v1/chat/completions", [], None, [body[:7], body[7:-3], body[-3:]])
            for at in range(0, len(head), 70_000):
                client.send(head[at:at + 70_000])
            assert whom(client.read_response()) == "b"
        assert upstreams.servers["b"].requests[-1].body == body


def test_alias_changes_the_model_and_not_one_other_byte(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": {"targets": [{"provider": "a", "model": "real-1"}]}}})
        odd = b' {"x":1.0 , "n":9007199254740993,"s":"\\ud800",\t"model" : "m","z":{"model":"m"}}\n'
        assert whom(proxy.ask("POST", "/v1/embeddings", [], odd)) == "a"
        assert upstreams.servers["a"].requests[-1].body == odd.replace(b'"m"', b'"real-1"', 1)
        stream = chat(model="m", stream=True)
        proxy.ask("POST", "/v1/chat/completions", [], stream)
        assert upstreams.servers["a"].requests[-1].body == stream.replace(b'"m"', b'"real-1"')
        boundary, file = b"--b1\r\nContent-Disposition: form-data; ", b'name="file"; filename="model"\r\n\r\n"model":"m"\r\n'
        form = boundary + file + boundary + b'name="model"\r\n\r\nm\r\n--b1--\r\n'
        answer = proxy.ask("POST", "/v1/audio/transcriptions",
                           [("Content-Type", "multipart/form-data; boundary=b1")], form)
        assert whom(answer) == "a"
        assert upstreams.servers["a"].requests[-1].body == form.replace(b"\r\n\r\nm\r\n", b"\r\n\r\nreal-1\r\n")


def test_a_name_that_needs_escapes_stays_one_text(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": targets("a")}})
        body = b'{"model":"a/x\\"\\n,\\"stream\\":true\\u00e9","n":1}'
        assert whom(proxy.ask("POST", "/v1/embeddings", [], body)) == "a"
        assert json.loads(upstreams.servers["a"].requests[-1].body) == {
            "model": 'x"\n,"stream":true\u00e9', "n": 1}


def test_usage_is_asked_for_beside_an_alias(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": {"targets": [{"provider": "a", "model": "r"}]}}}, METERING_STREAM_USAGE="inject")
        for body in (b'{"model":"m","stream":true,"messages":[]}', b'{"stream":true,"messages":[],"model":"m"}'):
            assert whom(proxy.ask("POST", "/v1/chat/completions", [], body)) == "a"
            sent = json.loads(upstreams.servers["a"].requests[-1].body)
            assert sent == {"model": "r", "stream": True, "messages": [], "stream_options": {"include_usage": True}}


def test_what_leads_nowhere_is_refused(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": targets("b")},
            "routes": [{"name": "no-b", "match": {"tenant": "bank", "provider": "b"}, "deny": True}]})
        unknown = ask(proxy, "n")
        assert (unknown.status, unknown.error["code"]) == (404, "model_not_found"), unknown
        denied = ask(proxy, "m", [("X-LLM-Tenant", "bank")])
        assert (denied.status, denied.error["code"]) == (403, "provider_not_allowed"), denied
        for way in (("b/m", []), ("x", [("X-LLM-Provider", "b")])):
            assert ask(proxy, way[0], [("X-LLM-Tenant", "bank"), *way[1]]).status == 403
        long = ask(proxy, "b/" + "x" * 200)
        assert (long.status, long.error["code"]) == (404, "model_not_found"), long
        for body in (b'{"model":"m","model":"n"}', b'{"model":"n","a":1,"mod\\u0065l":"m"}'):
            several = proxy.ask("POST", "/v1/chat/completions", [], body)
            assert (several.status, several.error["code"]) == (400, "invalid_value"), several
        assert upstreams.counts() == {"a": 0, "b": 0}


def test_routes_go_before_models(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": targets("a"), "n": {"targets": [{"provider": "b", "model": "real"}]}},
            "routes": [{"name": "eu", "match": {"tenant": ["eu-*"], "model": "m"}, "targets": [{"provider": "b"}]},
                       {"name": "canary", "match": {"header": {"X-Canary": "1"}}, "model": "n"}]})
        assert whom(ask(proxy, "m")) == "a"
        assert whom(ask(proxy, "m", [("X-LLM-Tenant", "eu-1")])) == "b"
        assert whom(ask(proxy, "m", [("X-Canary", "1")])) == "b"
        assert json.loads(upstreams.servers["b"].requests[-1].body)["model"] == "real"


def test_weights_and_keys_share_requests(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        keys = [{"name": "x", "env": "KEY_X", "weight": 2}, {"name": "y", "env": "KEY_Y"}]
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"keys": keys}),
            "models": {"m": {"targets": [{"provider": "a", "weight": 1}, {"provider": "b", "weight": 3}]}}},
            KEY_X="sk-of-x", KEY_Y="sk-of-y", PROXY_THREADS="1")
        for _ in range(60):
            ask(proxy)
        seen = collections.Counter(each.values("Authorization")[0] for each in upstreams.servers["a"].requests)
        assert seen == {"Bearer sk-of-x": 20, "Bearer sk-of-y": 10}
        assert upstreams.count("b") == 30


def test_affinity_keeps_a_conversation_together(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b", "c") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": targets("a", "b", "c") | {"affinity": True}}})
        for key in range(12):
            assert len({whom(ask(proxy, prompt_cache_key=f"k{key}", turn=turn)) for turn in range(4)}) == 1
        assert min(upstreams.counts().values()) > 0


def test_models_are_told_without_an_upstream(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"z": targets("b"), "org/m": targets("a"), "gpt-*": targets("a")},
            "routes": [{"name": "no-b", "match": {"tenant": "bank", "provider": "b"}, "deny": True}]})
        listed = proxy.ask("GET", "/v1/models").json()
        assert listed["object"] == "list"
        assert [(each["id"], each["object"], each["owned_by"]) for each in listed["data"]] == [
            ("org/m", "model", "a"), ("z", "model", "b")]
        assert [each["id"] for each in
                proxy.ask("GET", "/v1/models", [("X-LLM-Tenant", "bank")]).json()["data"]] == ["org/m"]
        for path in ("/v1/models/org%2Fm", "/v1/models/org/m"):
            assert proxy.ask("GET", path).json() == listed["data"][0]
        missing = proxy.ask("GET", "/v1/models/gpt-4o")
        assert (missing.status, missing.error["code"]) == (404, "model_not_found")
        assert upstreams.counts() == {"a": 0, "b": 0}


def test_events_and_metrics_name_the_target(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        collector = factory.collector()
        proxy = upstreams.open(factory, tmp_path, {
            "models": {"m": {"targets": [{"provider": "b", "model": "r"}]}}, "default_provider": "a"}, collector.url)
        _, event = ask_for_event(proxy, collector, "m")
        assert (event["route"], event["target"], event["provider"]) == ("m", "b/r", "openai")
        assert event["request_model"] == "m"
        [attempt] = event["attempts"]
        assert (attempt["target"], attempt["status"], attempt["cause"]) == ("b/r", 200, None)
        _, event = ask_for_event(proxy, collector, "else")
        assert (event["route"], event["target"]) == (None, "a")
        metrics = proxy.metrics()
        assert metrics['llmgw_attempts_total{target="b/r",cause="none"}'] == 1
        assert metrics['llmgw_target_state{provider="b",target="r"}'] == 0


def test_explain_says_what_requests_meet(tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        path = write(tmp_path / "c.yaml", {"version": 1, "providers": upstreams.providers(),
                                           "models": {"m": {"targets": [{"provider": "b", "model": "r"}]}}})
        done = run("llm-proxy", "--explain", "model=m", GATEWAY_CONFIG=str(path))
        assert done.returncode == 0 and "target    b/r\n" in done.stdout and 'the entry "m"' in done.stdout, done
        done = run("llm-proxy", "--explain", "model=n", GATEWAY_CONFIG=str(path))
        assert done.returncode == 0 and "404 model_not_found" in done.stdout, done


def test_T10_no_request_fails_while_models_are_renamed(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        def content(provider: str) -> dict:
            return {"version": 1, "providers": upstreams.providers(),
                    "models": {"m": {"targets": [{"provider": provider, "model": f"of-{provider}"}]}}}

        proxy = upstreams.open(factory, tmp_path, content("a"))
        stopped, statuses = threading.Event(), collections.Counter()

        def load() -> None:
            while not stopped.is_set():
                statuses[ask(proxy).status] += 1

        clients = [threading.Thread(target=load) for _ in range(3)]
        for each in clients:
            each.start()
        try:
            for turn in range(10):
                before = proxy.metrics()['llmgw_config_reloads_total{result="ok"}']
                write(tmp_path / "gateway.yaml", content("ab"[turn % 2 == 0]))
                proxy.daemon.process.send_signal(1)
                wait_until(lambda: proxy.metrics()['llmgw_config_reloads_total{result="ok"}'] > before, "a reload")
        finally:
            stopped.set()
            for each in clients:
                each.join()
        assert set(statuses) == {200} and statuses[200] > 20, statuses
        for name, server in upstreams.servers.items():
            assert all(json.loads(each.body)["model"] == f"of-{name}" for each in server.requests)
