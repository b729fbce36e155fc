# SPDX-License-Identifier: MIT
"""One HTTP exchange as a case describes it, and what was observed of it as plain data."""

import http.client
import json
import time
import urllib.parse
from collections.abc import Iterator

PATIENCE = 30.0  # seconds without a byte


def body_of(request: dict) -> bytes | None:
    if "json" in request:
        return json.dumps(request["json"]).encode()
    if "text" in request:
        return request["text"].encode()
    return None


def fields_of(request: dict, request_id: str) -> dict[str, str]:
    fields = {"Content-Type": "application/json", "X-LLM-Request-ID": request_id}
    fields |= request.get("fields", {})
    # null leaves a field out.
    return {name: value for name, value in fields.items() if value is not None}


def parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def lines_of(response: http.client.HTTPResponse) -> Iterator[str]:
    """As they arrive. The response's own readline() would take a break for the end."""
    rest = b""
    while piece := response.read1(65536):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode().rstrip("\r") for line in whole)


def read_stream(response: http.client.HTTPResponse, leave_after: int | None) -> dict:
    """Server-sent events, one `data:` line each as this API has them."""
    events, content, usage, ends = [], "", None, "closed"
    try:
        for line in lines_of(response):
            if not line.startswith("data: "):
                continue
            text = line.removeprefix("data: ")
            if text == "[DONE]":
                ends = "done"
                continue
            event = parsed(text)
            events.append(event)
            if isinstance(event, dict):
                usage = event.get("usage") or (event.get("response") or {}).get("usage") or usage
                for choice in event.get("choices") or []:
                    content += choice["delta"].get("content") or ""
                if event.get("type") == "response.output_text.delta":
                    content += event["delta"]
            if leave_after == len(events):
                return {"events": events, "count": len(events), "content": content, "usage": usage, "ends": "left"}
    except (http.client.IncompleteRead, ConnectionError):
        ends = "cut"
    return {"events": events, "count": len(events), "content": content, "usage": usage, "ends": ends}


def read_response(response: http.client.HTTPResponse, request: dict) -> dict:
    fields = {name.lower(): value for name, value in response.getheaders()}
    seen = {"status": response.status, "fields": fields}
    if fields.get("content-type", "").startswith("text/event-stream"):
        return seen | {"stream": read_stream(response, request.get("leave_after"))}
    try:
        text = response.read().decode()
    except (http.client.IncompleteRead, ConnectionError):
        return seen | {"cut": True}
    return seen | {"text": text, "json": parsed(text)}


def perform(base: str, request: dict, request_id: str) -> dict:
    """Sends the request and reads what there is to read, on a connection of its own."""
    url = urllib.parse.urlsplit(base)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=PATIENCE)
    body, begin = body_of(request), time.monotonic()
    try:
        connection.putrequest(request.get("method", "POST"), url.path.rstrip("/") + request["path"],
                              skip_accept_encoding=True)
        for name, value in fields_of(request, request_id).items():
            connection.putheader(name, value)
        length = request.get("announced_length", None if body is None else len(body))
        if length is not None:
            connection.putheader("Content-Length", str(length))
        connection.endheaders(body)
        if request.get("leave_after") == 0:
            return {}
        seen = read_response(connection.getresponse(), request)
    finally:
        connection.close()
    return seen | {"elapsed_ms": (time.monotonic() - begin) * 1000}
