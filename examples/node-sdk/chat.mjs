// SPDX-License-Identifier: MIT
// A chat completion, whole and streamed, with the official SDK (Node 22 or later).
// Run: cd examples/node-sdk && npm ci && node chat.mjs

import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://llm-proxy.llm-system.svc:8080/v1",
  apiKey: process.env.OPENAI_API_KEY ?? "any",
  defaultHeaders: { "X-LLM-Tenant": process.env.LLM_TENANT ?? "demo" },
});
const question = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Name three colours." }] };

const answer = await client.chat.completions.create(question);
console.log(answer.choices[0].message.content);

for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}
console.log();
