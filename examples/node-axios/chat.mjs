// SPDX-License-Identifier: MIT
// A chat completion, whole and streamed, with axios (Node 20 or later).
// Run: cd examples/node-axios && npm ci && node chat.mjs

import axios from "axios";

const gateway = axios.create({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://llm-proxy.llm-system.svc:8080/v1",
  headers: {
    Authorization: `Bearer ${process.env.OPENAI_API_KEY ?? "any"}`,
    "X-LLM-Tenant": process.env.LLM_TENANT ?? "demo",
  },
});
const question = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Name three colours." }] };

const { data: answer } = await gateway.post("/chat/completions", question);
console.log(answer.choices[0].message.content);

const { data: stream } = await gateway.post(
  "/chat/completions",
  { ...question, stream: true },
  { responseType: "stream" },
);
// An event is a line `data: ...`; the text of a piece may end anywhere, in the middle of a line too.
let rest = "";
for await (const piece of stream.setEncoding("utf8")) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta.content ?? "");
  }
}
console.log();
