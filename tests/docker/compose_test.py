# SPDX-License-Identifier: MIT
"""compose.yaml as it is: up, a metered request, the contract's cases as their README runs them, down."""

import io
import json
import os
import re
import subprocess
import tarfile
import urllib.request

import pytest

from support.images import ROOT, STEP_LIMIT, inspect, shell, wait_until

PROJECT = "llmgw-compose-test"
EVENTS = "/var/lib/llm-gateway/events.ndjson"


def compose_command() -> str | None:
    """The plugin, or the program that was before it."""
    for command in ("docker compose", "docker-compose"):
        try:
            if subprocess.run([*command.split(), "version"], capture_output=True, timeout=STEP_LIMIT).returncode == 0:
                return command
        except FileNotFoundError:
            pass
    return None


COMPOSE = compose_command()
pytestmark = pytest.mark.skipif(COMPOSE is None, reason="neither `docker compose` nor docker-compose is installed")


def compose(arguments: str) -> str:
    return shell(f"{COMPOSE} {arguments}", STEP_LIMIT * 2).strip()


@pytest.fixture(scope="module")
def running(images):
    """All three services, from the images that the quickstart built; removed with their volume at the end."""
    os.environ["COMPOSE_PROJECT_NAME"] = PROJECT
    try:
        compose("up --detach --no-build")
        containers = {service: compose(f"ps -q {service}") for service in images}
        for service, container in containers.items():
            wait_until(lambda: inspect(container)["State"]["Health"]["Status"] == "healthy", 40, f"{service} is healthy")
        yield containers
    finally:
        compose("down --volumes")
        del os.environ["COMPOSE_PROJECT_NAME"]


def events(containers: dict[str, str]) -> list[dict]:
    copied = subprocess.run(["docker", "cp", f"{containers['llm-collector']}:{EVENTS}", "-"], capture_output=True,
                            check=True, timeout=STEP_LIMIT).stdout
    with tarfile.open(fileobj=io.BytesIO(copied)) as archive:
        return [json.loads(line) for line in archive.extractfile(os.path.basename(EVENTS)).read().splitlines()]


def test_a_request_is_answered_and_metered(running):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}
    request = urllib.request.Request("http://127.0.0.1:8080/v1/chat/completions", json.dumps(body).encode(),
                                     {"Content-Type": "application/json", "X-LLM-Tenant": "compose"})
    with urllib.request.urlopen(request, timeout=20) as response:
        assert json.load(response)["choices"]
        request_id = response.headers["X-LLM-Request-ID"]
    event = wait_until(lambda: next((each for each in events(running) if each["request_id"] == request_id), None), 10,
                       "its event")
    assert (event["tenant"], event["outcome"], event["total_tokens"] > 0) == ("compose", "completed", True)


def test_only_this_machine_reaches_it(running):
    for container in running.values():
        for bindings in (inspect(container)["NetworkSettings"]["Ports"] or {}).values():
            assert all(each["HostIp"] == "127.0.0.1" for each in bindings or [])


def test_contract_holds_as_its_readme_runs_it(running):
    readme = (ROOT / "tests" / "contract" / "README.md").read_text().split("With Docker Compose", 1)[1]
    script = re.search(r"```sh\n(.*?)```", readme, re.DOTALL)[1]
    print(shell(script.replace("docker compose", COMPOSE), STEP_LIMIT * 5))


def test_all_end_well(running):
    """Last of this file."""
    compose("stop")
    assert {service: inspect(container)["State"]["ExitCode"] for service, container in running.items()} == {
        "llm-proxy": 0, "llm-collector": 0, "mock-upstream": 0}
