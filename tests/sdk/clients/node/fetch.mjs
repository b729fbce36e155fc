// SPDX-License-Identifier: MIT
// What Node has without any package.
import * as shapes from './shapes.mjs';
import { all, events } from './sse.mjs';

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

async function stream(request, path, body) {
  return events((await send(request, path, body)).body);
}

const chatPath = 'chat/completions';

export async function chat(request) {
  return shapes.chatResult(await json(request, chatPath, shapes.chatBody(request.input)));
}

async function chatStream(request) {
  return shapes.streamResult(await all(await stream(request, chatPath, shapes.streamBody(request.input))));
}
export { chatStream as stream };

export async function abort(request) {
  return { text_before: await shapes.firstText(await stream(request, chatPath, shapes.streamBody(request.input))) };
}

export async function tools(request) {
  return shapes.toolsResult(await json(request, chatPath, shapes.toolsBody(request.input)));
}

export async function embeddings(request) {
  const { model, texts } = request.input;
  return shapes.embeddingsResult(await json(request, 'embeddings', { model, input: texts }));
}

export async function responses(request) {
  const { model, text } = request.input;
  const answer = await json(request, 'responses', { model, input: text });
  return shapes.responsesResult(answer, shapes.outputText(answer));
}

export async function responses_stream(request) {
  const { model, text } = request.input;
  const body = { model, input: text, stream: true };
  return shapes.responsesStreamResult(await all(await stream(request, 'responses', body)));
}

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
