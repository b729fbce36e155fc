# SPDX-License-Identifier: MIT
"""Claude Code with the gateway's address as its base URL, and nothing else: its own API, passed through and metered."""

import json
import os
import pathlib
import subprocess

import pytest

from support.event import same
from support.gateway import new_id
from support.native import KEY
from support.process import ROOT, die_with_parent, wait_until
from support.providers import Providers
from support.scripted import ScriptedServer, answering, reply

INSTALLED = ROOT / "build/sdk/claude_code"
LONGEST = 100  # seconds
CLIENT_KEY = "sk-of-client"


@pytest.fixture(scope="module")
def program() -> pathlib.Path:
    found = [path for path in INSTALLED.glob("node_modules/@anthropic-ai/claude-code-*/claude") if os.access(path, os.X_OK)]
    if not (INSTALLED / "stamp").exists() or not found:
        pytest.skip("Claude Code is not installed, see tests/sdk/clients/claude_code/install")
    return found[0]


class Asked:
    """One run of `claude --print`; `result` is what it made of the answers."""

    def __init__(self, providers: Providers, program: pathlib.Path, folder: pathlib.Path, *arguments: str,
                 mock: str = "", **settings: str) -> None:
        self.tenant, self.known = new_id("claude-code"), len(providers.mock.requests())
        self.providers = providers
        self.folder = folder
        fields = f"X-LLM-Tenant: {self.tenant}" + (f"\nX-Mock: {mock}" if mock else "")
        # Whatever it would send elsewhere meets a server that remembers it.
        self.elsewhere = ScriptedServer(answering(reply(b"", "403 Forbidden")))
        try:
            self.result = self.run([program, "--print", "Oslo", "--output-format", "json", *arguments], {
                "ANTHROPIC_BASE_URL": providers.proxy.url, "ANTHROPIC_CUSTOM_HEADERS": fields,
                "HTTP_PROXY": self.elsewhere.url, "HTTPS_PROXY": self.elsewhere.url, "NO_PROXY": "127.0.0.1"} | settings)
        finally:
            self.elsewhere.close()

    def run(self, command: list, settings: dict[str, str]) -> dict:
        (self.folder / "home").mkdir()
        (self.folder / "work").mkdir()
        quiet = dict.fromkeys(("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY",
                               "DISABLE_ERROR_REPORTING"), "1")
        done = subprocess.run(list(map(str, command)), cwd=self.folder / "work", stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LONGEST, preexec_fn=die_with_parent,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder / "home")} | quiet | settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def requests(self) -> list[dict]:
        """What the provider got."""
        return self.providers.mock.requests()[self.known:]

    def events(self) -> list[dict]:
        def found() -> list[dict]:
            return [each for each in self.providers.collector.events() if each["tenant"] == self.tenant]
        count = len(self.requests())
        wait_until(lambda: len(found()) >= count, f"{count} events of {self.tenant}")
        assert len(found()) == count
        return found()

    def judge(self) -> list[dict]:
        """All it asked for are messages, with the gateway's key, each with its event and the tokens it counts itself."""
        assert not self.elsewhere.requests, "it asked others than the gateway"
        for each in self.requests():
            fields = {name.lower(): value for name, value in each["fields"]}
            assert (each["method"], each["target"]) == ("POST", "/v1/messages?beta=true")
            assert fields["x-api-key"] == KEY and "authorization" not in fields and CLIENT_KEY not in str(fields)
        events = self.events()
        for event in events:
            same(event, provider="anthropic", endpoint="/v1/messages", stream=True, outcome="completed", translated=None)
        good = [event for event in events if event["status_code"] == 200]
        usage = self.result["usage"]
        assert sum(event["completion_tokens"] for event in good) == usage["output_tokens"]
        assert sum(event["prompt_tokens"] for event in good) == usage["input_tokens"]
        return good


@pytest.mark.parametrize("credential", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
def test_question(providers: Providers, program: pathlib.Path, tmp_path: pathlib.Path, credential: str):
    asked = Asked(providers, program, tmp_path, **{credential: CLIENT_KEY})
    assert asked.result["is_error"] is False and asked.result["result"].endswith("Oslo")
    assert len(asked.judge()) == 1


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-4-5"])
def test_loop(providers: Providers, program: pathlib.Path, tmp_path: pathlib.Path, model: str):
    """Three answers, of which two call a tool, with thinking that has to come back as it was."""
    asked = Asked(providers, program, tmp_path, "--model", model, "--tools", "Read", mock="tools=1,thinking=1,results=2",
                  ANTHROPIC_API_KEY=CLIENT_KEY)
    assert asked.result["is_error"] is False and asked.result["num_turns"] == 3
    assert [event["finish_reason"] for event in asked.judge()] == ["tool_use", "tool_use", "end_turn"]
    last = json.loads(asked.requests()[-1]["body"])["messages"]
    blocks = [block["type"] for turn in last if turn["role"] == "assistant" for block in turn["content"]]
    assert blocks == ["thinking", "tool_use"] * 2
