// SPDX-License-Identifier: MIT
// The protocol of tests/sdk/clients/README.md for Node.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

// Loaded when asked for, so that fetch runs where nothing is installed.
const clients = {
  openai: { load: () => import('./sdk.mjs'), package: 'openai' },
  fetch: { load: () => import('./fetch.mjs') },
  axios: { load: () => import('./axios.mjs'), package: 'axios' },
  vercel: { load: () => import('./vercel.mjs'), package: 'ai' },
  'vercel-compatible': { load: () => import('./vercel_compatible.mjs'), package: '@ai-sdk/openai-compatible' },
};

function versions(client) {
  const manifest = client.package && new URL(`node_modules/${client.package}/package.json`, import.meta.url);
  const node = process.versions.node;
  return { sdk: manifest ? JSON.parse(readFileSync(manifest, 'utf8')).version : node, language: `Node ${node}` };
}

async function answer(request) {
  const client = clients[request.client];
  if (request.case === 'version') return { ok: true, result: versions(client) };
  const calls = await client.load();
  if (!(request.case in calls)) {
    return { ok: false, unsupported: true, error: `${request.client} has no ${request.case}` };
  }
  return { ok: true, result: await calls[request.case](request) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answered = await answer(JSON.parse(line)).catch((fault) => ({ ok: false, error: fault.stack }));
  console.log(JSON.stringify(answered));
}
