# SPDX-License-Identifier: MIT
"""A proxy with limits in front of an upstream that a test plays, and what they are after an exchange."""

import contextlib
import json
import pathlib
from collections.abc import Iterator

from support import wire
from support.config_file import write
from support.gateway import Factory, Proxy, chat
from support.process import wait_until
from support.scripted import AnsweringServer, reply

ANSWER = {"id": "c", "object": "chat.completion", "model": "m-1",
          "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
          "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}}
OWN = [("x-ratelimit-limit-requests", "77"), ("X-RateLimit-Remaining-Requests", "76"),
       ("x-ratelimit-remaining-tokens", "9")]
GOOD = reply(json.dumps(ANSWER).encode(), fields=OWN)

# So slow that nothing is refilled in a test.
SLOW = {"unit": "requests", "limit": 5, "per": "24h", "burst": 5, "id": "rpd"}


def rules(*limits: dict, tenant: str = "*") -> dict:
    return {"version": 1, "tenants": {tenant: {"limits": list(limits)}}}


class Limited:
    """One upstream of the variables, so that nothing is routed."""

    def __init__(self, factory: Factory, folder: pathlib.Path, content: dict, answer: object = GOOD,
                 collector: str | None = None, **settings: str | None) -> None:
        self.upstream = AnsweringServer(answer)
        # Each has a file of its own: what another one writes is read again.
        self.path = write(folder / f"limits-{len(list(folder.iterdir()))}.yaml", content)
        self.proxy: Proxy = factory.proxy(self.upstream.url, collector, GATEWAY_CONFIG=str(self.path), **settings)

    def ask(self, tenant: str = "t", model: str = "m", fields: wire.Fields | None = None, **more: object) -> wire.Response:
        return self.proxy.ask("POST", "/v1/chat/completions", self.fields(tenant) + (fields or []),
                              chat(model=model, **more))

    @staticmethod
    def fields(tenant: str = "t") -> wire.Fields:
        return [("Content-Type", "application/json"), ("X-LLM-Tenant", tenant)]

    def used(self, rule: str, tenant: str = "t") -> float:
        """The part of the burst."""
        return self.proxy.metrics().get(f'llmgw_limit_used_ratio{{tenant="{tenant}",rule="{rule}"}}', 0)

    def reserved(self) -> dict[str, float]:
        """Units that exchanges hold, by unit; none where there are none."""
        name = "llmgw_limit_reserved_units"
        found = {key: value for key, value in self.proxy.metrics().items() if key.startswith(name)}
        assert len(found) == 6, found
        return {key.split('"')[1]: value for key, value in found.items() if value}

    def wait_until_free(self) -> None:
        wait_until(lambda: self.reserved() == {} and self.proxy.metrics()["llmgw_proxy_open_requests"] == 0,
                   "the end of all that is reserved")

    def decisions(self, rule: str, tenant: str = "t") -> dict[str, int]:
        name = "llmgw_limit_decisions_total"
        words = ("admitted", "refused", "observed")
        metrics = self.proxy.metrics()
        return {word: int(metrics.get(f'{name}{{tenant="{tenant}",rule="{rule}",decision="{word}"}}', 0)) for word in words}

    def decisions_become(self, rule: str, tenant: str = "t", **expected: int) -> bool:
        """They are told once a second."""
        wanted = {"admitted": 0, "refused": 0, "observed": 0} | expected
        return wait_until(lambda: self.decisions(rule, tenant) == wanted, f"{wanted} of {rule}")

    def close(self) -> None:
        self.upstream.close()


@contextlib.contextmanager
def limited(*arguments: object, **named: object) -> Iterator[Limited]:
    opened = Limited(*arguments, **named)
    try:
        yield opened
    finally:
        opened.close()
