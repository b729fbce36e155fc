#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// A chat completion, whole and streamed, with nothing but fetch (Node 18 or later).   Run: node examples/node/chat.mjs

const baseUrl = process.env.OPENAI_BASE_URL ?? "http://llm-proxy.llm-system.svc:8080/v1";

async function ask(more) {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.OPENAI_API_KEY ?? "any"}`,
      "Content-Type": "application/json",
      "X-LLM-Tenant": process.env.LLM_TENANT ?? "demo",
    },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Name three colours." }],
      ...more,
    }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response;
}

const answer = await (await ask()).json();
console.log(answer.choices[0].message.content);

// An event is a line `data: ...`; the text of a piece may end anywhere, in the middle of a line too.
let rest = "";
for await (const piece of (await ask({ stream: true })).body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta.content ?? "");
  }
}
console.log();
