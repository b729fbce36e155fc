# SPDX-License-Identifier: MIT
"""What providers say of their models: asked beside the traffic, listed, gone by where requests are translated, and never
in anybody's way."""

import json
import pathlib
import signal
import time

import pytest

from support.certificates import Authority
from support.config_file import configz, start, write
from support.gateway import Factory, Proxy
from support.process import wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.targets import Answer, Targets, ask, targets

KEY = "sk-canary-of-discovery"
NO_COOLING = {"defaults": {"cooldown": {"failures": 0}}}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "stop_reason": "end_turn",
           "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 1, "output_tokens": 1}}


def supports(**names: bool) -> dict:
    return {name: {"supported": value} for name, value in names.items()}


def claude(name: str, **more: object) -> dict:
    return {"type": "model", "id": name, "created_at": "2025-09-29T00:00:00Z"} | more


def listing(*models: dict) -> bytes:
    return reply(json.dumps({"data": models, "has_more": False}).encode())


def by_path(models: bytes, other: bytes | None = None) -> Answer:
    """The list for those who ask for it, and another answer for everybody else."""
    def answer(peer: Peer) -> None:
        [*_, asked] = [each for each in peer.server.requests if each.connection == peer.number]
        peer.send(models if "/models" in asked.target else other or reply(json.dumps(MESSAGE).encode()))
    return answer


def never(peer: Peer) -> None:
    peer.receive()  # until the other side closes


def listed(proxy: Proxy, *fields: tuple[str, str]) -> dict[str, dict]:
    answer = proxy.ask("GET", "/v1/models", list(fields))
    assert answer.status == 200 and answer.json()["object"] == "list", answer
    return {each["id"]: each for each in answer.json()["data"]}


def wait_for(proxy: Proxy, model: str) -> None:
    wait_until(lambda: model in listed(proxy), f"{model} in the list")


def fetches(proxy: Proxy, provider: str, result: str) -> float:
    return proxy.metrics().get(f'llmgw_discovery_fetches_total{{provider="{provider}",result="{result}"}}', 0)


def wait_for_fetches(proxy: Proxy, provider: str, result: str, count: int = 1) -> None:
    wait_until(lambda: fetches(proxy, provider, result) >= count, f"{count} times {result} of {provider}")


def test_lists_appear(factory: Factory, tmp_path: pathlib.Path):
    with Targets("local", "claude", "silent") as upstreams:
        upstreams.answers |= {
            "local": listing({"id": "llama-b", "created": 1700000000}, {"id": "llama-a:8b"}, {"id": "other"}),
            "claude": listing(claude("claude-x"), claude("exact"))}
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(local={"discover": True}, claude={"type": "anthropic", "discover": True}),
            "models": {"exact": targets("silent"), "llama-*": targets("local"), "claude-*": targets("claude")},
            "routes": [{"name": "no", "match": {"tenant": "bank", "provider": "claude"}, "deny": True}]})
        wait_for(proxy, "claude-x")
        wait_for(proxy, "llama-b")
        found = listed(proxy)
        assert list(found) == ["claude-x", "exact", "llama-a:8b", "llama-b"]
        assert found["llama-b"] == {"id": "llama-b", "object": "model", "created": 1700000000, "owned_by": "local"}
        assert (found["claude-x"]["created"], found["claude-x"]["owned_by"]) == (1759104000, "claude")
        assert found["exact"]["owned_by"] == "silent"
        assert found["llama-a:8b"]["created"] == found["exact"]["created"]
        assert list(listed(proxy, ("X-LLM-Tenant", "bank"))) == ["exact", "llama-a:8b", "llama-b"]
        for name in ("llama-a:8b", "llama-a%3A8b", "llama-a%3a8b"):
            assert proxy.ask("GET", f"/v1/models/{name}").json() == found["llama-a:8b"]
        assert proxy.ask("GET", "/v1/models/other").status == 404
        assert proxy.ask("GET", "/v1/models/claude-x", [("X-LLM-Tenant", "bank")]).status == 404
        assert upstreams.count("silent") == 0
        metrics = proxy.metrics()
        assert metrics['llmgw_discovery_models{provider="local"}'] == 3
        assert metrics['llmgw_discovery_models{provider="claude"}'] == 2


def test_the_default_lists_what_no_entry_names(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers |= {"a": listing({"id": "m"}, {"id": "alias-of-b"}, {"id": "rest"}), "b": listing({"id": "rest"})}
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"discover": True}, b={"discover": True}), "default_provider": "a",
            "models": {"m": targets("b"), "alias-*": {"targets": [{"provider": "a", "model": "real"}]}}})
        wait_for(proxy, "rest")
        wait_for_fetches(proxy, "b", "ok")
        found = listed(proxy)  # an alias is not what the provider calls so
        assert {name: each["owned_by"] for name, each in found.items()} == {"m": "b", "rest": "a"}


@pytest.mark.parametrize("page", ["", "page=1"])
def test_each_dialect_is_asked_as_it_wants_to_be(factory: Factory, tmp_path: pathlib.Path, page: str):
    mock = factory.mock(keys=KEY, models=page)
    provider = {"base_url": mock.url, "keys": [{"env": "KEY"}], "discover": True}
    types = {"openai": {}, "azure": {}, "anthropic": {"version": "2023-06-01"}, "gemini": {}}
    names = {"openai": "gpt-4o", "azure": "text-embedding-3-small", "anthropic": "claude-opus-5-5", "gemini": "gemini-3-pro"}
    config = {"version": 1, "providers": {name: {"type": name} | provider | more for name, more in types.items()},
              "models": {"gpt-*": targets("openai"), "text-*": targets("azure"), "claude-*": targets("anthropic"),
                         "gemini-*": targets("gemini")}}
    proxy = start(factory, write(tmp_path / "c.json", json.dumps(config)), KEY=KEY)
    for provider_name, model in names.items():
        wait_for(proxy, model)
        assert listed(proxy)[model]["owned_by"] == provider_name
    assert {"claude-haiku-4-5-20251001", "gemini-2.5-flash"} <= set(listed(proxy))
    seen = {each["target"]: {name.lower(): value for name, value in each["fields"]} for each in mock.requests()}
    assert seen["/v1/models"]["authorization"] == f"Bearer {KEY}"
    assert seen["/openai/v1/models"]["api-key"] == KEY
    first = seen["/v1/models?limit=1000"]
    assert (first["x-api-key"], first["anthropic-version"]) == (KEY, "2023-06-01") and "authorization" not in first
    assert seen["/v1beta/models?pageSize=1000"]["x-goog-api-key"] == KEY
    more = {"/v1/models?limit=1000&after_id=claude-sonnet-4-6", "/v1beta/models?pageSize=1000&pageToken=gemini-3-pro"}
    assert (more <= set(seen)) == bool(page)
    assert mock.billed()["anthropic"]["requests"] == 0


def test_reload_asks_whoever_is_new(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "b") as upstreams:
        upstreams.answers |= {"a": listing({"id": "a-1"}), "b": listing({"id": "b-1"})}
        providers = upstreams.providers(a={"discover": True}, b={"discover": True})
        content = {"version": 1, "models": {"a-*": targets("a")}, "providers": {"a": providers["a"]}}
        path = write(tmp_path / "c.json", json.dumps(content))
        proxy = start(factory, path)
        wait_for(proxy, "a-1")
        assert upstreams.counts() == {"a": 1, "b": 0}
        upstreams.answers["a"] = reply(b"{}", "500 Failed")
        write(path, json.dumps(content | {"providers": providers, "models": {"a-*": targets("a"), "b-*": targets("b")}}))
        wait_for(proxy, "b-1")
        wait_for_fetches(proxy, "a", "error")  # whoever was there is asked again, and fails
        assert list(listed(proxy)) == ["a-1", "b-1"]
        proxy.daemon.signal(signal.SIGHUP)
        wait_for_fetches(proxy, "a", "error", 2)
        lines = [line for line in proxy.daemon.entries() if "does not tell its models" in line["msg"]]
        assert len(lines) == 1 and (lines[0]["provider"], lines[0]["reason"]) == ("a", "status 500"), lines
        write(path, json.dumps(content | {"providers": {"b": providers["b"]}, "models": {"b-*": targets("b")}}))
        wait_until(lambda: list(listed(proxy)) == ["b-1"], "the list of those that are left")
        assert proxy.metrics()['llmgw_discovery_models{provider="a"}'] == 0


def test_new_key_asks_again_and_keeps_the_list(factory: Factory, tmp_path: pathlib.Path):
    (tmp_path / "key").write_text("sk-first")
    with Targets("a") as upstreams:
        upstreams.answers["a"] = listing({"id": "m"})
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(a={"discover": True, "keys": [{"file": str(tmp_path / "key")}]}),
            "default_provider": "a", "models": {"x": targets("a")}})
        wait_for(proxy, "m")
        upstreams.answers["a"] = never
        write(tmp_path / "key", "sk-second")
        wait_until(lambda: upstreams.count("a") == 2, "the second request")
        assert [each.values("Authorization") for each in upstreams.servers["a"].requests] == [
            ["Bearer sk-first"], ["Bearer sk-second"]]
        assert list(listed(proxy)) == ["m", "x"]


def test_refused_key_is_left_alone_and_the_next_one_tried(factory: Factory, tmp_path: pathlib.Path):
    def choosy(peer: Peer) -> bool:
        good = peer.server.requests[-1].values("x-api-key") == ["sk-good"]
        peer.send(listing(claude("claude-x")) if good else reply(KEY.encode(), "401 No"))
        return True

    with Targets("two", "one") as upstreams:
        upstreams.answers |= {"two": choosy, "one": choosy}
        kind = {"type": "anthropic", "discover": True}
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(two=kind | {"keys": [{"env": "BAD"}, {"env": "GOOD"}]},
                                             one=kind | {"keys": [{"env": "BAD"}]}),
            "models": {"claude-*": targets("two")}}, BAD=KEY, GOOD="sk-good")
        wait_for(proxy, "claude-x")
        wait_for_fetches(proxy, "one", "refused")
        assert fetches(proxy, "two", "ok") == 1
        assert upstreams.counts() == {"two": 2, "one": 1}
        proxy.daemon.wait_for_log(lambda line: line.get("reason") == "status 401", "why")
        told = proxy.daemon.log() + proxy.scrape() + json.dumps(configz(proxy.admin))
        assert KEY not in told and "sk-good" not in told


def test_a_connection_that_was_lost_between_two_pages_is_replaced(factory: Factory, tmp_path: pathlib.Path):
    pages = {"/v1/models?limit=1000": ["claude-a"], "/v1/models?limit=1000&after_id=claude-a": ["claude-b"]}
    used: set[int] = set()

    def once(peer: Peer) -> bool:
        if peer.number in used:
            return False  # closed behind the first answer, as it seems
        used.add(peer.number)
        names = pages[peer.server.requests[-1].target]
        peer.send(reply(json.dumps({"data": [claude(each) for each in names], "has_more": names == ["claude-a"],
                                    "last_id": names[-1]}).encode()))
        return True

    with Targets("a") as upstreams:
        upstreams.answers["a"] = once
        kind = {"type": "anthropic", "discover": True}
        proxy = upstreams.open(factory, tmp_path, {"providers": upstreams.providers(a=kind), "models": {"claude-*": targets("a")}})
        wait_for(proxy, "claude-b")
        assert sorted(listed(proxy)) == ["claude-a", "claude-b"] and len(used) == 2
        assert [fetches(proxy, "a", result) for result in ("ok", "error")] == [1, 0]


def test_what_never_answers_is_in_nobodys_way(factory: Factory, tmp_path: pathlib.Path):
    with Targets("a", "silent") as upstreams:
        upstreams.answers["silent"] = never
        proxy = upstreams.open(factory, tmp_path, {
            "providers": upstreams.providers(silent={"discover": True}), "models": {"m": targets("a"), "s-*": targets("silent")}})
        wait_until(lambda: upstreams.count("silent") == 1, "the request for the list")
        assert ask(proxy).json() == {"from": "a"}
        assert list(listed(proxy)) == ["m"]
        begun = time.monotonic()
        assert proxy.daemon.stop() == 0
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("answer", [
    reply(b"<html>"), reply(b'{"data":7}'), reply(b"", "302 Found", [("Location", "/elsewhere")]), b"nonsense\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"])
def test_answers_that_are_none(factory: Factory, tmp_path: pathlib.Path, answer: bytes):
    with Targets("a") as upstreams:
        upstreams.answers["a"] = lambda peer: peer.send(answer)
        proxy = upstreams.open(factory, tmp_path, {"providers": upstreams.providers(a={"discover": True}),
                                                   "models": {"m": targets("a")}, "default_provider": "a"})
        wait_for_fetches(proxy, "a", "error")
        assert list(listed(proxy)) == ["m"]
        assert upstreams.count("a") == 1


def test_translation_goes_by_what_the_provider_says(factory: Factory, tmp_path: pathlib.Path):
    thinking = {"supported": True, "types": supports(adaptive=True, enabled=False, disabled=False)}
    effort = {"supported": True} | supports(low=True, medium=True, high=True, xhigh=False, max=True)
    capable = claude("claude-new-20260101", max_tokens=77777, capabilities={"thinking": thinking, "effort": effort})
    with Targets("claude") as upstreams:
        upstreams.answers["claude"] = by_path(listing(capable))
        proxy = upstreams.open(factory, tmp_path, NO_COOLING | {
            "providers": upstreams.providers(claude={"type": "anthropic", "discover": True}),
            "models": {"claude-*": targets("claude"), "own": {"targets": [
                {"provider": "claude", "model": "claude-new", "max_output_tokens": 1234}]}}})
        wait_for(proxy, "claude-new-20260101")

        def sent(model: str, **more: object) -> dict:
            assert ask(proxy, model, **more).status == 200
            return json.loads(upstreams.servers["claude"].requests[-1].body)

        assert sent("claude-new-20260101")["max_tokens"] == 77777
        assert sent("claude-new")["max_tokens"] == 77777  # the alias of it
        assert sent("own")["max_tokens"] == 1234
        assert sent("claude-unknown")["max_tokens"] == 128000
        assert sent("claude-new", reasoning_effort="max")["output_config"] == {"effort": "max"}
        for level in ("xhigh", "none"):
            refused = ask(proxy, "claude-new", reasoning_effort=level)
            assert (refused.status, refused.json()["error"]["code"]) == (400, "unsupported_value"), refused
            assert sent("claude-unknown", reasoning_effort=level)["thinking"]


def test_its_own_certificates(factory: Factory, tmp_path: pathlib.Path):
    authority = Authority(tmp_path)
    with ScriptedServer(answering(listing({"id": "m"})), tls=authority.server_context("IP:127.0.0.1")) as upstream:
        providers = {name: {"type": "openai", "base_url": upstream.url, "keys": [], "discover": True} | more
                     for name, more in {"a": {"ca_file": str(authority.certificate)}, "b": {}}.items()}
        content = {"version": 1, "providers": providers, "models": {"m*": targets("a")}}
        proxy = start(factory, write(tmp_path / "c.json", json.dumps(content)))
        wait_for(proxy, "m")
        wait_for_fetches(proxy, "b", "error")
    upstream.faults.clear()
