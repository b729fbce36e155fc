# SPDX-License-Identifier: MIT
"""Agents of released frameworks with tools and thinking, through the gateway to providers that want thoughts and
signatures back. What a framework hands back is carried; what it loses is stood in for, and named."""

import pytest

from sdk.matrix.program import Program
from sdk.matrix.registry import Looping, looping
from support.gateway import APP_KEY, new_id
from support.loops import ANSWER, ARGUMENTS, MOCK, MODELS, TEXT, TOOL, Bill, judge
from support.providers import Providers

CLIENTS = looping()


def result_of(programs: dict[str, Program], client: Looping, **request: object) -> dict:
    answer = programs.setdefault(client.folder, Program(client.folder)).call({"client": client.name} | request)
    assert answer.get("ok") is True, f"{client.id}: {answer.get('error')}"
    return answer["result"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.id)
def test_version(programs: dict[str, Program], client: Looping):
    assert result_of(programs, client, case="version")["sdk"] == client.locked_version()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.id)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
def test_loop(providers: Providers, programs: dict[str, Program], model: str, stream: bool, client: Looping):
    tenant, bill = new_id("loop"), Bill(providers)
    result = result_of(programs, client, case="loop", base_url=f"{providers.proxy.url}/v1", api_key=APP_KEY,
                       headers={"X-LLM-Tenant": tenant, "X-Mock": MOCK}, options={"max_retries": 0, "timeout_ms": 20_000},
                       input={"model": model, "text": TEXT, "effort": "medium", "stream": stream, "tool": TOOL})
    assert set(result) == {"text", "calls", "usage"}
    assert (result["text"], result["calls"]) == (ANSWER, ARGUMENTS)
    seen = {"prompt_tokens": result["usage"]["prompt"], "completion_tokens": result["usage"]["completion"]}
    judge(bill, tenant, model, seen, returns_thinking=MODELS[model] in client.returns)
