# SPDX-License-Identifier: MIT
"""The commands of docs/getting-started.md and docs/migrating.md, run as they are written."""

import json
import pathlib
import re
import socket

import pytest

from support.pages import BIN, ROOT, bash, blocks

PORTS = ("8000", "8080", "8081", "9090")  # of the page


def with_free_ports(script: str) -> str:
    """A reader's machine has the page's ports free; this one may not."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    for port, one in zip(PORTS, held):
        script = script.replace(f"127.0.0.1:{port}", f"127.0.0.1:{one.getsockname()[1]}")
        one.close()
    return script


@pytest.fixture
def clone(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with the programs where a build leaves them."""
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "bin").symlink_to(BIN)
    return tmp_path


def test_by_hand(clone: pathlib.Path):
    steps = blocks("getting-started.md", "By hand")
    assert len(steps) == 7
    done = bash(with_free_ports("\n".join(steps)), clone)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "HTTP/1.1 200 OK" in done.stdout and "data: [DONE]" in done.stdout
    events = [json.loads(line) for line in (clone / "events.ndjson").read_text().splitlines()]
    assert [(each["tenant"], each["stream"], each["outcome"]) for each in events] == [
        ("team-a", False, "completed"), ("team-a", True, "completed")]
    assert events[0]["request_id"] in done.stdout
    assert re.search(r'llmgw_proxy_tokens_total\{tenant="team-a".*\} \d', done.stdout)
    assert '"msg":"ended"' in (clone / "proxy.log").read_text()


def test_old_and_new_events_are_summed_alike(tmp_path: pathlib.Path):
    old = {"request_id": "a", "tenant": "t", "total_tokens": 5, "status_code": 200}
    new = [old | {"outcome": "completed", "total_tokens": 7}, old | {"outcome": "client_aborted", "total_tokens": 9},
           old | {"outcome": "completed", "total_tokens": None}]
    (tmp_path / "events.ndjson").write_text("".join(json.dumps(each) + "\n" for each in [old, *new]))
    script = next(block for block in blocks("migrating.md", "How to switch") if "python3" in block)
    done = bash(re.sub("^   ", "", script, flags=re.MULTILINE), tmp_path)
    assert (done.returncode, done.stdout) == (0, "('t', 12)\n"), done.stderr


def test_what_the_go_gateway_posted_is_taken(clone: pathlib.Path):
    """The fields that docs/migrating.md names, and no others."""
    page = (ROOT / "docs" / "migrating.md").read_text().split("- **Events.**", 1)[1].split("- **", 1)[0]
    names = re.findall(r"`(\w+)`", page)
    example = json.loads(re.search(r"```json\n(.*?)```", (ROOT / "docs" / "events.md").read_text(), re.DOTALL)[1])
    assert names == list(example)[:len(names)] and "event_id" not in names
    event = json.dumps({name: example[name] for name in names})
    script = with_free_ports(f"""
        PORT=127.0.0.1:8081 EVENT_LOG_PATH=$PWD/events.ndjson build/release/bin/llm-collector & collector=$!
        until PORT=127.0.0.1:8081 build/release/bin/llm-collector --healthcheck; do sleep 0.05; done
        curl -sf http://127.0.0.1:8081/events -d '{event}'
        curl -sf http://127.0.0.1:8081/events -d '{event}'
        kill $collector
        wait $collector""")
    done = bash(script, clone)
    assert done.stdout == '{"accepted":1}' * 2, done.stderr
    assert [json.loads(line) for line in (clone / "events.ndjson").read_text().splitlines()] == [json.loads(event)] * 2
