# SPDX-License-Identifier: MIT
"""What Anthropic and Gemini answer to a chat completion, whole and as streams, and a file that has such a request go there."""

import json

from support.targets import Targets

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real", "stop_reason": "tool_use",
           "content": [{"type": "text", "text": "h\u00e9"}, {"type": "tool_use", "id": "toolu_1", "name": "look",
                                                       "input": {"n": 9007199254740993}}],
           "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 7}}
CANDIDATE = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6},
             "modelVersion": "gemini-real", "responseId": "r1"}


def events(*data: dict, end: str = "\n") -> list[bytes]:
    return [("".join(f"event: {each['type']}{end}" if "type" in each else "") + f"data: {json.dumps(each)}{end}{end}").encode()
            for each in data]


ANTHROPIC = events(
    {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real",
                                          "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}}},
    {"type": "ping"},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo \U0001f600"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "look",
                                                                  "input": {}}},
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"})
GEMINI = events(
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}}], "modelVersion": "gemini-real",
     "responseId": "r1", "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4}},
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "lo \U0001f600"}]}, "finishReason": "STOP"}],
     "modelVersion": "gemini-real", "responseId": "r1",
     "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6}}, end="\r\n")


def stream(pieces: list[bytes], end: bool = True) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in pieces) + (b"0\r\n\r\n" if end else b"")


def both(upstreams: Targets, **more: object) -> dict:
    key = {"keys": [{"env": "KEY"}]}
    providers = upstreams.providers(claude={"type": "anthropic"} | key, google={"type": "gemini"} | key)
    return {"providers": providers,
            "models": {"claude": {"targets": [{"provider": "claude", "model": "claude-sonnet-4-5"}]} | more,
                       "gemini": {"targets": [{"provider": "google", "model": "gemini-2.5-flash"}]} | more}}
