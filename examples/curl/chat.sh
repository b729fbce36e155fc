#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A chat completion, whole and streamed, with curl.   Run: examples/curl/chat.sh
set -euo pipefail
base_url=${OPENAI_BASE_URL:-http://llm-proxy.llm-system.svc:8080/v1}
fields=(-H "Authorization: Bearer ${OPENAI_API_KEY:-any}" -H 'Content-Type: application/json'
  -H "X-LLM-Tenant: ${LLM_TENANT:-demo}")
question='"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Name three colours."}]'

curl --fail-with-body --silent --show-error "${fields[@]}" "$base_url/chat/completions" -d "{$question}"
echo
curl --fail-with-body --silent --show-error --no-buffer "${fields[@]}" "$base_url/chat/completions" \
  -d "{$question, \"stream\": true}"
