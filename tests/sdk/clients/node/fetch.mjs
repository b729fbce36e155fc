// SPDX-License-Identifier: MIT
// What Node has without any package.
import { callsOver, chatPath } from './plain_calls.mjs';
import * as shapes from './shapes.mjs';
import { events } from './sse.mjs';

function send({ base_url, api_key, headers, options }, path, body, more = {}) {
  return fetch(`${base_url}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${api_key}`, ...headers, ...more },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(options.timeout_ms),
  });
}

async function json(request, path, body, more) {
  const response = await send(request, path, body, more);
  if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}

async function openStream(request, path, body) {
  return events((await send(request, path, body)).body);
}

export const {
  chat, stream, abort, tools, embeddings, responses, responses_stream,
} = callsOver({ json, stream: openStream });

export async function raw(request) {
  const response = await send(request, chatPath, shapes.chatBody(request.input));
  const text = (await response.json()).choices[0].message.content;
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
}

// A refusal is an answer like any other; only silence and broken connections are thrown.
export async function error(request) {
  let response;
  try {
    response = await send(request, chatPath, shapes.chatBody(request.input));
  } catch (fault) {
    return { class: shapes.className(fault), status: null, code: null, message: fault.message, request_id: null };
  }
  if (response.ok) throw new Error('the call succeeded');
  const { error: told } = await response.json();
  return {
    class: response.constructor.name, status: response.status, code: told.code, message: told.message,
    request_id: response.headers.get('x-request-id'),
  };
}

export async function parallel(request) {
  const { model, calls } = request.input;
  return shapes.parallelResult(await Promise.all(calls.map(({ text, request_id }) => (
    json(request, chatPath, shapes.chatBody({ model, text }), { 'X-LLM-Request-ID': request_id })))));
}
