# SPDX-License-Identifier: MIT
"""What the official Python SDK makes of a gateway that wants keys."""

import pathlib

import openai
import pytest
from openai import OpenAI

from support.gateway import Factory
from support.keys import entry, key_of, open_gateway, write_keys

MESSAGES = [{"role": "user", "content": "hello there"}]


def ask(url: str, name: str, model: str = "gpt-4o-mini", **headers: str):
    client = OpenAI(base_url=f"{url}/v1", api_key=key_of(name))
    return client.chat.completions.create(model=model, messages=MESSAGES, extra_headers=headers)


def test_errors_have_their_types_and_are_not_retried(factory: Factory, tmp_path: pathlib.Path):
    path = write_keys(tmp_path / "keys.yaml", entry("web", models="gpt-4o*"), entry("old", expires="2020-01-01T00:00:00Z"))
    gateway = open_gateway(factory, path)
    url = gateway.proxy.url
    assert ask(url, "web").choices[0].message.content
    for name in ("nobody", "old"):
        with pytest.raises(openai.AuthenticationError) as raised:
            ask(url, name)
        assert raised.value.status_code == 401 and raised.value.code == "invalid_api_key"
    with pytest.raises(openai.PermissionDeniedError) as raised:
        ask(url, "web", model="o3")
    assert raised.value.code == "model_not_allowed" and "`o3`" in raised.value.message
    with pytest.raises(openai.PermissionDeniedError) as raised:
        ask(url, "web", **{"X-LLM-Tenant": "team-b"})
    assert raised.value.code == "tenant_mismatch"
    assert len(gateway.mock.requests()) == 1
    refused = [value for name, value in gateway.proxy.metrics().items()
               if name.startswith("llmgw_auth_requests_total") and "accepted" not in name]
    assert sum(refused) == 4
