# SPDX-License-Identifier: MIT
"""Files of events, and bringing them into a store."""

import json
import subprocess

from support.process import run
from support.store import AnyStore


def log_of(events: list[dict]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def imported(*arguments: str, store: AnyStore, **settings: str) -> subprocess.CompletedProcess:
    return run("llm-collector", "import", *arguments, STORE_URL=store.url, **settings)
