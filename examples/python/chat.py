#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A chat completion, whole and streamed, with the official SDK.   Run: pip install openai && examples/python/chat.py"""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ.get("OPENAI_BASE_URL", "http://llm-proxy.llm-system.svc:8080/v1"),
                api_key=os.environ.get("OPENAI_API_KEY", "any"),
                default_headers={"X-LLM-Tenant": os.environ.get("LLM_TENANT", "demo")})
question = [{"role": "user", "content": "Name three colours."}]

answer = client.chat.completions.create(model="gpt-4o-mini", messages=question)
print(answer.choices[0].message.content)

for chunk in client.chat.completions.create(model="gpt-4o-mini", messages=question, stream=True):
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
print()
