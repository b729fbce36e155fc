# SPDX-License-Identifier: MIT
"""The usage and cost reports of OpenAI and Anthropic, as their references have them, with faults that a test asks for."""

import calendar
import json
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DAY = 86_400
KEY = "sk-admin-of-the-tests"


def seconds(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def rfc(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Reports:
    """A server with reports. `usage` and `costs` have the results of a day, by its number; days without any have an
    empty bucket. `fault` may change an answer: it is given path, page and body, and returns (status, fields, body), or
    None to cut the answer in its middle."""

    def __init__(self, tls: ssl.SSLContext | None = None, page_size: int = 2) -> None:
        self.usage: dict[str, dict[int, list[dict]]] = {}  # by the last part of the path
        self.page_size = page_size
        self.fault: Callable[[str, int, bytes], tuple[int, dict, bytes] | None] | None = None
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.absent: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://{'localhost' if tls else '127.0.0.1'}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Reports":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def put(self, kind: str, day: int, *results: dict) -> None:
        self.usage.setdefault(kind, {}).setdefault(day, []).extend(results)

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        parts = urllib.parse.urlsplit(call.path)
        parameters = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        self.asked.append((parts.path, parameters))
        kind = parts.path.rsplit("/", 1)[1]
        is_openai = parts.path.startswith("/v1/organization/")
        given = call.headers.get("Authorization") if is_openai else call.headers.get("x-api-key")
        if given != (f"Bearer {KEY}" if is_openai else KEY) or (
                not is_openai and call.headers.get("anthropic-version") != "2023-06-01"):
            return self.send(call, 401, {}, b'{"error":{"message":"' + str(given).encode() + b'"}}')
        if kind in self.absent:
            return self.send(call, 404, {}, b"{}")
        if is_openai:
            first, last = (int(parameters[name][0]) // DAY for name in ("start_time", "end_time"))
        else:
            first, last = (seconds(parameters[name][0]) // DAY for name in ("starting_at", "ending_at"))
        assert parameters["bucket_width"] == ["1d"]
        page = int(parameters.get("page", ["page-0"])[0].removeprefix("page-"))
        body = self.page(kind, is_openai, first, last, page)
        changed = self.fault(parts.path, page, body) if self.fault else (200, {}, body)
        if changed is None:
            call.send_response(200)
            call.send_header("Content-Length", str(len(body)))
            call.end_headers()
            call.wfile.write(body[:len(body) // 2])
            call.close_connection = True
            return None
        return self.send(call, *changed)

    def page(self, kind: str, is_openai: bool, first: int, last: int, page: int) -> bytes:
        days = range(first, last)[page * self.page_size:(page + 1) * self.page_size]
        results = self.usage.get(kind, {})
        names = ("start_time", "end_time") if is_openai else ("starting_at", "ending_at")
        buckets = [{names[0]: day * DAY if is_openai else rfc(day * DAY),
                    names[1]: (day + 1) * DAY if is_openai else rfc((day + 1) * DAY),
                    "results": results.get(day, [])} for day in days]
        has_more = (page + 1) * self.page_size < last - first
        return json.dumps({"object": "page", "data": buckets, "has_more": has_more,
                           "next_page": f"page-{page + 1}" if has_more else None}).encode()

    @staticmethod
    def send(call: BaseHTTPRequestHandler, status: int, fields: dict, body: bytes) -> None:
        call.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **fields}.items():
            call.send_header(name, str(value))
        call.end_headers()
        call.wfile.write(body)


def openai_usage(model: str, requests: int, prompt: int, completion: int, cached: int = 0) -> dict:
    return {"object": "organization.usage.completions.result", "input_tokens": prompt, "output_tokens": completion,
            "input_cached_tokens": cached, "num_model_requests": requests, "project_id": None, "user_id": None,
            "api_key_id": None, "model": model, "batch": None}


def openai_cost(item: str | None, value: object) -> dict:
    return {"object": "organization.costs.result", "amount": {"value": value, "currency": "usd"}, "line_item": item,
            "project_id": None}


def anthropic_usage(model: str, uncached: int, completion: int, read: int = 0, short: int = 0, hour: int = 0) -> dict:
    return {"uncached_input_tokens": uncached, "output_tokens": completion, "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": hour},
            "server_tool_use": {"web_search_requests": 0}, "model": model, "workspace_id": None, "api_key_id": None,
            "service_tier": None, "context_window": None}


def anthropic_cost(model: str | None, cents: str, workspace: str | None = None) -> dict:
    return {"amount": cents, "currency": "USD", "cost_type": "tokens" if model else "web_search", "model": model,
            "description": f"{model} Usage", "service_tier": "standard", "token_type": None, "workspace_id": workspace,
            "context_window": None}
