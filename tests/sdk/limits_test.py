# SPDX-License-Identifier: MIT
"""What the official Python SDK makes of limits."""

import pathlib

import openai
import pytest

from support.gateway import APP_KEY, Factory
from support.limited import Limited, limited, rules
from support.limits_cluster import cluster
from support.process import wait_until

MINUTE = {"unit": "requests", "per": "1m", "id": "rpm"}


def client(opened: Limited, retries: int) -> openai.OpenAI:
    return openai.OpenAI(base_url=opened.proxy.url + "/v1", api_key=APP_KEY, max_retries=retries)


def ask(sdk: openai.OpenAI) -> object:
    return sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])


def test_a_limit_is_a_rate_limit_error(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(MINUTE | {"limit": 1, "burst": 1})) as opened:
        with client(opened, 0) as sdk:
            ask(sdk)
            with pytest.raises(openai.RateLimitError) as refused:
                ask(sdk)
        assert refused.value.code == "rate_limit_exceeded" and refused.value.type == "requests"
        assert refused.value.response.headers["x-ratelimit-remaining-requests"] == "0"


def test_it_waits_as_long_as_it_is_told(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(MINUTE | {"limit": 60, "burst": 1})) as opened:
        with client(opened, 1) as sdk:
            ask(sdk)
            ask(sdk)  # refused once, and asked again after a second
        assert len(opened.upstream.requests) == 2


def test_what_can_never_pass_is_asked_once(factory: Factory, tmp_path: pathlib.Path):
    content = rules({"unit": "tokens", "limit": 10, "per": "1m", "id": "tpm"})
    with limited(factory, tmp_path, content) as opened:
        with client(opened, 5) as sdk, pytest.raises(openai.RateLimitError) as refused:
            ask(sdk)
        assert refused.value.code == "request_too_large"
        assert opened.decisions_become("tpm", "default", refused=1)


def test_a_budget_that_is_spent_is_asked_for_once(factory: Factory, tmp_path: pathlib.Path):
    """Of all proxies together; to wait for its end is no client's business."""
    content = rules({"unit": "requests", "limit": 2, "per": "day", "id": "day"})
    with cluster(factory, tmp_path, content, proxies=2) as opened:
        assert opened.statuses(2) == [200, 200]
        with openai.OpenAI(base_url=opened.proxies[0].url + "/v1", api_key=APP_KEY, max_retries=5,
                           default_headers={"X-LLM-Tenant": "t"}) as sdk, \
                pytest.raises(openai.RateLimitError) as refused:
            ask(sdk)
        assert refused.value.code == "insufficient_quota"
        assert refused.value.response.headers["x-should-retry"] == "false"
        assert 0 < int(refused.value.response.headers["retry-after"]) <= 86400
        assert len(opened.upstream.requests) == 2
        name = 'llmgw_limit_decisions_total{tenant="t",rule="day",decision="refused"}'
        assert wait_until(lambda: opened.proxies[0].metrics().get(name), "the refusal") == 1


def test_a_limit_of_all_proxies_is_a_rate_limit_error(factory: Factory, tmp_path: pathlib.Path):
    content = rules(MINUTE | {"limit": 20, "burst": 1}) | {"defaults": {"lease_ttl": "500ms"}}  # one in three seconds
    with cluster(factory, tmp_path, content, proxies=2) as opened:
        opened.admitted(1)
        with openai.OpenAI(base_url=opened.proxies[1].url + "/v1", api_key=APP_KEY, max_retries=0,
                           default_headers={"X-LLM-Tenant": "t"}) as sdk, \
                pytest.raises(openai.RateLimitError) as refused:
            ask(sdk)
        assert refused.value.code == "rate_limit_exceeded"
        assert 1 <= int(refused.value.response.headers["retry-after"]) <= 3
