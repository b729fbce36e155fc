# SPDX-License-Identifier: MIT
"""Loops of tools through the gateway: what is asked, what the tool does, and how the events of it are judged."""

from support.event import same
from support.native import CLAUDE
from support.process import wait_until
from support.providers import Providers

MODELS = {CLAUDE: "anthropic", "gemini-3-pro": "gemini"}  # with the budget form of thinking; with signatures wanted
STEPS, AT_ONCE = 3, 2
# Two calls at once, three times, and thoughts before each.
MOCK = f"tools=1,thinking=1,calls={AT_ONCE},results={STEPS * AT_ONCE}"
TEXT = "Oslo"
TOOL = {"name": "find_weather", "description": "Finds the weather of a city.", "parameters": {
    "type": "object", "properties": {"echo": {"type": "string"}, "step": {"type": "integer"}},
    "required": ["echo", "step"]}}
ARGUMENTS = [{"echo": TEXT, "step": step} for step in range(1, STEPS + 1) for _ in range(AT_ONCE)]
ANSWER = f"echo: {TEXT} " + " ".join(f"rain-{each['step']}" for each in ARGUMENTS)
# What is left out of a request whose client has lost what the provider wants back.
LOST = {"anthropic": "reasoning_effort", "gemini": "thought_signature"}
NAMES = ("prompt_tokens", "completion_tokens")


def run_tool(arguments: dict, used: list[dict]) -> str:
    used.append(arguments)
    return f"rain-{arguments['step']}"


class Bill:
    """What the mock bills from now on."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers
        self.before = providers.mock.billed()

    def grown(self, dialect: str) -> dict[str, int]:
        now = self.providers.mock.billed()[dialect]
        return {name: now[name] - self.before[dialect][name] for name in (*NAMES, "requests")}


def judge(bill: Bill, tenant: str, model: str, seen: dict | None, returns_thinking: bool, turns: int = 1) -> None:
    """One event an exchange, all of them good, with the tokens that the provider billed and the client saw."""
    dialect, count = MODELS[model], turns * (STEPS + 1)

    def found() -> list[dict]:
        return [each for each in bill.providers.collector.events() if each["tenant"] == tenant]

    events = wait_until(lambda: len(found()) >= count and found(), f"{count} events of {tenant}")
    grown = bill.grown(dialect)
    assert len(events) == count == grown["requests"]
    for event in events:
        same(event, outcome="completed", status_code=200, translated=dialect, request_model=model,
             usage_source="upstream")
    sums = {name: sum(event[name] for event in events) for name in NAMES}
    assert sums == {name: grown[name] for name in NAMES}
    assert seen is None or seen == sums
    lost = [LOST[dialect] in (event["dropped_params"] or []) for event in events]
    # The first request of a turn has nothing to give back yet.
    wanted = [not returns_thinking and at % (STEPS + 1) > 0 for at in range(count)]
    assert lost == wanted, [event["dropped_params"] for event in events]
