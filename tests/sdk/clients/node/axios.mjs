// SPDX-License-Identifier: MIT
// axios, with nothing set but address, key, fields and time-out.
import axios from 'axios';

import * as shapes from './shapes.mjs';
import { all, events } from './sse.mjs';

function create({ base_url, api_key, headers, options }) {
  return axios.create({
    baseURL: base_url, headers: { Authorization: `Bearer ${api_key}`, ...headers }, timeout: options.timeout_ms,
  });
}

async function json(request, path, body) {
  return (await create(request).post(path, body)).data;
}

async function stream(request, path, body) {
  return (await create(request).post(path, body, { responseType: 'stream' })).data;
}

const chatPath = 'chat/completions';

export async function chat(request) {
  return shapes.chatResult(await json(request, chatPath, shapes.chatBody(request.input)));
}

async function chatStream(request) {
  return shapes.streamResult(await all(events(await stream(request, chatPath, shapes.streamBody(request.input)))));
}
export { chatStream as stream };

export async function abort(request) {
  const bytes = await stream(request, chatPath, shapes.streamBody(request.input));
  return { text_before: await shapes.firstText(events(bytes)) };
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
  return shapes.responsesStreamResult(await all(events(await stream(request, 'responses', body))));
}

export async function raw(request) {
  const { status, headers, data } = await create(request).post(chatPath, shapes.chatBody(request.input));
  return { status, headers: { ...headers }, text: data.choices[0].message.content };
}

export async function error(request) {
  const fault = await shapes.failureOf(() => json(request, chatPath, shapes.chatBody(request.input)));
  const told = fault.response?.data.error;
  return {
    class: shapes.className(fault), status: fault.response?.status ?? null, code: told?.code ?? null,
    message: told?.message ?? fault.message, request_id: fault.response?.headers['x-request-id'] ?? null,
  };
}

export async function parallel(request) {
  const { model, calls } = request.input;
  const api = create(request);
  const answers = await Promise.all(calls.map(({ text, request_id }) => (
    api.post(chatPath, shapes.chatBody({ model, text }), { headers: { 'X-LLM-Request-ID': request_id } }))));
  return shapes.parallelResult(answers.map((answer) => answer.data));
}
