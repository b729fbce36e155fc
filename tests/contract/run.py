#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the cases of this folder against a gateway that has the mock upstream behind it, and prints one line for each.

    tests/contract/run.py [--junit FILE] [WORD...]

Words choose the cases whose name has one of them. README.md tells of the environment.
"""

import argparse
import json
import pathlib
import sys
import time
import traceback
import uuid
from xml.etree import ElementTree

from runner.exchange import perform
from runner.match import differences
from runner.target import Target, chosen

CASES = pathlib.Path(__file__).resolve().parent / "cases"
EVENT_PATIENCE = 20.0  # seconds for an event to reach the store
CLOCK_SLACK = 100.0  # milliseconds that the gateway may take to look at its clock once the last byte has left


def load(words: list[str]) -> dict[str, dict]:
    found = {}
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text()):
            name = f"{path.stem}: {case['name']}"
            assert name not in found, f"two cases are called {name}"
            found[name] = case
    return {name: case for name, case in found.items() if not words or any(word in name for word in words)}


def event_of(target: Target, request_id: str) -> list[dict]:
    deadline = time.monotonic() + EVENT_PATIENCE
    while True:
        events = [event for event in target.events() if event["request_id"] == request_id]
        if events or time.monotonic() > deadline:
            return events
        time.sleep(0.01)


def check_event(pattern: dict, target: Target, request_id: str, variables: dict) -> list[str]:
    events = event_of(target, request_id)
    if len(events) != 1:
        return [f"event: wanted one, found {len(events)}"]
    return list(differences(pattern, events[0], variables, "event"))


def run_case(case: dict, target: Target) -> list[str]:
    request = case["request"]
    request_id = case["id"] = f"contract-{uuid.uuid4().hex}"
    seen = perform(target.base, request, request_id)
    sent_id = request.get("fields", {}).get("X-LLM-Request-ID", request_id)
    variables = {"$id": request_id, "$elapsed": seen.get("elapsed_ms", 0) + CLOCK_SLACK}
    faults = list(differences(case.get("response", {}), seen, variables, "response"))
    if case.get("event") and target.read_events:
        # A client that sent no id, or a bad one, finds its event by the id of the response.
        event_id = request_id if sent_id == request_id else seen["fields"]["x-llm-request-id"]
        faults += check_event(case["event"], target, event_id, variables)
    return faults


def unwanted_events(cases: dict[str, dict], target: Target) -> dict[str, list[str]]:
    """Cases without an event are looked at when those of all others have come."""
    if not target.read_events:
        return {}
    seen = {event["request_id"] for event in target.events()}
    return {name: ["event: wanted none"] for name, case in cases.items()
            if "event" in case and case["event"] is None and case.get("id") in seen}


def run_all(cases: dict[str, dict], target: Target) -> dict[str, list[str] | str]:
    """For each case its faults, or why it was left out."""
    results: dict[str, list[str] | str] = {}
    for name, case in cases.items():
        if missing := target.lacks(case.get("needs", {})):
            results[name] = f"wants {missing}"
            continue
        try:
            results[name] = run_case(case, target)
        except Exception:  # each case is told of by itself
            results[name] = [traceback.format_exc()]
    return results | unwanted_events(cases, target)


def write_junit(path: str, results: dict[str, list[str] | str]) -> None:
    suite = ElementTree.Element("testsuite", name="contract")
    for name, result in results.items():
        case = ElementTree.SubElement(suite, "testcase", classname="contract", name=name)
        if isinstance(result, str):
            ElementTree.SubElement(case, "skipped", message=result)
        elif result:
            ElementTree.SubElement(case, "failure", message="\n".join(result))
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8")


def report(results: dict[str, list[str] | str], with_events: bool) -> int:
    for name, result in results.items():
        word = f"skipped  {name} ({result})" if isinstance(result, str) else f"{'FAILED' if result else 'ok':8} {name}"
        print(word)
        for fault in result if isinstance(result, list) else []:
            print(f"         {fault}")
    skipped = sum(isinstance(result, str) for result in results.values())
    failed = sum(isinstance(result, list) and bool(result) for result in results.values())
    if not with_events:
        print("events were not looked at: neither CONTRACT_EVENTS_FILE nor CONTRACT_EVENTS_COMMAND is set")
    print(f"{len(results) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not results else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="contract tests of the gateway")
    parser.add_argument("--junit", help="write a report for machines there")
    parser.add_argument("word", nargs="*", help="run only the cases whose name has one of these")
    arguments = parser.parse_args()
    with chosen() as target:
        results = run_all(load(arguments.word), target)
        with_events = target.read_events is not None
    if arguments.junit:
        write_junit(arguments.junit, results)
    return report(results, with_events)


if __name__ == "__main__":
    sys.exit(main())
