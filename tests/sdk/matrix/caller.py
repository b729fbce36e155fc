# SPDX-License-Identifier: MIT
"""One client in front of one gateway: its calls straight to the upstream and through the gateway, with their events."""

import concurrent.futures
from collections.abc import Callable

from sdk.matrix.program import Program
from sdk.matrix.registry import Client
from support.event import same
from support.gateway import APP_KEY, UPSTREAM_KEY, Gateway, Proxy, new_id

MODEL = "gpt-4o-mini"
PATIENT_MS = 20_000
FIELDS = {
    "version": "sdk language",
    "chat": "text model finish_reason usage object",
    "stream": "text chunks model finish_reason usage object",
    "abort": "text_before",
    "tools": "name arguments finish_reason usage object",
    "structured": "parsed usage object",
    "embeddings": "count dimensions first usage object",
    "responses": "text model usage object",
    "responses_stream": "text chunks usage object",
    "raw": "status headers text",
    "error": "class status code message request_id",
    "parallel": "texts totals",
}
MAY_BE_NULL = {"stream.usage", "error.status", "error.code", "error.request_id"}


def key_for(client: Client, kind: str) -> str:
    return f"a-key-of-{client.name}-for-{client.folder}-{kind}"


class Caller:
    def __init__(self, gateway: Gateway, program: Program, client: Client) -> None:
        self.gateway, self.program, self.client = gateway, program, client

    def version(self) -> dict:
        return self._result("version", {"client": self.client.name, "case": "version"})

    def direct(self, call: str, given: dict, mock: str) -> dict:
        """What the SDK makes of the upstream itself."""
        return self._ask(self.gateway.mock.url, UPSTREAM_KEY, call, given, {"X-Mock": mock})

    def through(self, call: str, given: dict, mock: str = "", request_id: str = "", **options: int) -> dict:
        """What it makes of the same through the gateway."""
        headers = {"X-LLM-Request-ID": request_id or new_id("sdk"), "X-LLM-Tenant": self.client.id}
        headers |= {"X-Mock": mock} if mock else {}
        return self._ask(self.gateway.proxy.url, APP_KEY, call, given, headers, **options)

    def refused(self, proxy: Proxy, key: str, **options: int) -> dict:
        """What it makes of a refusal of the gateway's own."""
        return self._ask(proxy.url, key, "error", {"text": "hello"}, {}, **options)

    def admitted(self, proxy: Proxy, key: str, **options: int) -> dict:
        return self._ask(proxy.url, key, "chat", {"text": "hello"}, {}, **options)

    def metered(self, call: str, given: dict, mock: str = "", **options: int) -> tuple[dict, dict]:
        """One call through the gateway: the result, and its one event."""
        request_id = new_id("sdk")
        result = self.through(call, given, mock, request_id, **options)
        event = self.gateway.event(request_id)
        same(event, tenant=self.client.id)
        return result, event

    def in_background(self, call: str, given: dict, mock: str) -> Callable[[], dict]:
        """Starts a call through the gateway; the function returned waits for its result."""
        pool = concurrent.futures.ThreadPoolExecutor(1)
        running = pool.submit(self.through, call, given, mock)
        pool.shutdown(wait=False)
        return running.result

    def shows(self, call: str, result: dict, **expected: object) -> None:
        """These values, but for what the SDK does not show."""
        wanted = {name: None if f"{call}.{name}" in self.client.hides else value for name, value in expected.items()}
        assert {name: result[name] for name in wanted} == wanted, result

    def _ask(self, base: str, key: str, call: str, given: dict, headers: dict[str, str], max_retries: int = 0,
             timeout_ms: int = PATIENT_MS) -> dict:
        return self._result(call, {
            "client": self.client.name, "case": call, "base_url": f"{base}/v1", "api_key": key, "headers": headers,
            "options": {"max_retries": max_retries, "timeout_ms": timeout_ms}, "input": {"model": MODEL} | given})

    def _result(self, call: str, request: dict) -> dict:
        answer = self.program.call(request)
        assert answer.get("ok") is True, f"{self.client.id} {request}: {answer.get('error')}"
        result = answer["result"]
        assert set(result) == set(FIELDS[call].split()), result.keys()
        hidden = {name for name in result if f"{call}.{name}" in self.client.hides}
        unknown = {name for name in result if result[name] is None and f"{call}.{name}" not in MAY_BE_NULL}
        assert unknown <= hidden, f"not shown, and not named in hides: {unknown - hidden}"
        assert all(result[name] is None for name in hidden), f"named in hides, but shown: {hidden}"
        return result


def differences(direct: object, through: object, at: str = "result") -> list[str]:
    """Where two JSON values are not the same."""
    if type(direct) is not type(through) or not isinstance(direct, (dict, list)):
        return [] if direct == through else [f"{at}: {direct!r} straight, {through!r} through"]
    if isinstance(direct, list):
        direct, through = dict(enumerate(direct)), dict(enumerate(through))
    found = [f"{at}[{name!r}]: {'straight' if name in direct else 'through'} only"
             for name in sorted(direct.keys() ^ through.keys())]
    for name in direct.keys() & through.keys():
        found += differences(direct[name], through[name], f"{at}[{name!r}]")
    return found


def counted(event: dict, usage: dict | None) -> None:
    """The event has the tokens that the SDK saw; where it hides them, some."""
    if usage is None:
        assert event["usage_source"] == "upstream" and event["total_tokens"] > 0, event
        return
    assert usage["total"] > 0
    same(event, usage_source="upstream", prompt_tokens=usage["prompt"], total_tokens=usage["total"])
    assert usage["completion"] is None or event["completion_tokens"] == usage["completion"], event
