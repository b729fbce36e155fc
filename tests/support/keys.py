# SPDX-License-Identifier: MIT
"""Gateway keys, the file that has them, and proxies that go by it."""

import hashlib
import json
import pathlib
import zlib

from support import wire
from support.config_file import write
from support.gateway import Factory, Gateway

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def key_of(seed: str, kind: str = "live") -> str:
    """A key in the gateway's own form; of one seed it is always the same."""
    number = int.from_bytes(hashlib.sha512(seed.encode()).digest(), "big")
    body = f"gw_{kind}_" + "".join(BASE62[number // 62 ** at % 62] for at in range(32))
    checksum = zlib.crc32(body.encode())
    return body + "".join(BASE62[checksum // 62 ** at % 62] for at in range(5, -1, -1))


def entry(name: str, tenant: str = "team-a", key: str | None = None, **more: object) -> dict:
    """The file's entry of a key, which is named as its seed."""
    digest = hashlib.sha256((key or key_of(name)).encode()).hexdigest()
    return {"id": name, "hash": f"sha256:{digest}", "tenant": tenant} | more


def bearer(name: str) -> wire.Fields:
    return [("Authorization", f"Bearer {key_of(name)}")]


def write_keys(path: pathlib.Path, *entries: dict, **more: object) -> pathlib.Path:
    return write(path, json.dumps({"version": 1, "keys": list(entries)} | more))


def open_gateway(factory: Factory, path: pathlib.Path, mode: str = "required", upstream: str | None = None,
                 **settings: str | None) -> Gateway:
    """In front of the one upstream that the variables name."""
    return factory.gateway(upstream, GATEWAY_CONFIG=str(path), GATEWAY_KEYS=mode, **settings)


def results(proxy) -> dict[str, float]:
    """Requests by what their keys came to, without those that are 0."""
    found = {name[len('llmgw_auth_requests_total{result="'):-2]: value for name, value in proxy.metrics().items()
             if name.startswith("llmgw_auth_requests_total")}
    assert len(found) == 9, found
    return {result: value for result, value in found.items() if value}
