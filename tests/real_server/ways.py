# SPDX-License-Identifier: MIT
"""One call the two ways: straight to a server, and through a gateway in front of it."""

import json
import pathlib
import re

import httpx
import yaml
from openai import OpenAI

from real_server.servers import MODEL
from support.config_file import start, write
from support.gateway import APP_KEY, UPSTREAM_KEY, Factory, Gateway, new_id
from support.process import PATIENCE, ROOT

# What a server makes up anew for each answer: ids, clocks, how long it took.
PASSING = [(r'"(id|item_id|call_id)":( ?)"[^"]*"', r'"\1":\2"-"'), (r'"(created|created_at|completed_at)":( ?)\d+', r'"\1":\2 0')]
TIMINGS = (r',"timings":\{[^{}]*\}', "")
DROPPED = {"date", "x-request-id", "openai-processing-ms", "x-llm-request-id", "x-llm-provider", "connection", "keep-alive",
           "transfer-encoding"}


class Way:
    """`base`: the server, or the gateway."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key

    def sdk(self) -> OpenAI:
        return OpenAI(base_url=f"{self.base}/v1", api_key=self.key, max_retries=0, timeout=PATIENCE)

    def post(self, target: str, body: dict, request_id: str = "") -> httpx.Response:
        fields = {"Authorization": f"Bearer {self.key}"} | ({"X-LLM-Request-ID": request_id} if request_id else {})
        return httpx.post(f"{self.base}{target}", headers=fields, json=body, timeout=PATIENCE)


class Ways:
    """The two ways to one server."""

    def __init__(self, server: str, gateway: Gateway) -> None:
        self.gateway = gateway
        self.direct = Way(server, UPSTREAM_KEY)
        self.through = Way(self.gateway.proxy.url, APP_KEY)

    def same(self, target: str, body: dict, but_timings: bool = False) -> tuple[str, dict]:
        """Both answers are the same, byte for byte but for what passes; returns the gateway's and its event."""
        request_id = new_id("real")
        direct, through = self.direct.post(target, body), self.through.post(target, body, request_id)
        assert through.headers["X-LLM-Request-ID"] == request_id
        assert (through.status_code, neutral(through.text, but_timings)) == (direct.status_code,
                                                                             neutral(direct.text, but_timings))
        assert fields(through) == fields(direct)
        return through.text, self.gateway.event(request_id)


def as_one_upstream(server: str, factory: Factory, _: pathlib.Path) -> Gateway:
    """It asks streams for their usage, as it does unless told otherwise."""
    return factory.gateway(server, METERING_STREAM_USAGE="inject")


def as_provider(server: str, factory: Factory, folder: pathlib.Path) -> Gateway:
    """By the example's file, with the server's address in it; it has no key there."""
    content = yaml.safe_load((ROOT / "examples/config/llama-cpp.yaml").read_text())
    for provider in content["providers"].values():
        provider["base_url"] = server
    [[_, entry]] = content["models"].items()
    collector = factory.collector()
    proxy = start(factory, write(folder / "gateway.yaml", content | {"models": {MODEL: entry}}), collector.url,
                  METERING_STREAM_USAGE="inject")
    return Gateway(proxy, collector, None)


def neutral(text: str, but_timings: bool = False) -> str:
    for pattern, instead in PASSING:
        text = re.sub(pattern, instead, text)
    if but_timings:
        return re.sub(*TIMINGS, text)
    return re.sub(r'"timings":\{[^{}]*\}', '"timings":{}', text)


def fields(response: httpx.Response) -> list[tuple[str, str]]:
    """Those that mean the same in both answers; the length of a body may vary with an id or a number in it."""
    return [(name, value) for name, value in response.headers.multi_items() if name not in DROPPED | {"content-length"}]


def chunks(text: str) -> list[dict]:
    """The JSON events of a stream, which has to end as it should."""
    events = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    assert events.pop() == "[DONE]", text
    return [json.loads(event) for event in events]


def tokens(usage: dict) -> dict[str, int]:
    """As an event has them; the Responses API, Messages and embeddings have names of their own."""
    prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
    completion = usage.get("completion_tokens", usage.get("output_tokens"))
    return {"prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": usage.get("total_tokens") or prompt + completion}
