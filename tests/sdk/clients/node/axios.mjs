// SPDX-License-Identifier: MIT
// axios, with nothing set but address, key, fields and time-out.
import axios from 'axios';

import { callsOver, chatPath } from './plain_calls.mjs';
import * as shapes from './shapes.mjs';
import { events } from './sse.mjs';

function create({ base_url, api_key, headers, options }) {
  return axios.create({
    baseURL: base_url, headers: { Authorization: `Bearer ${api_key}`, ...headers }, timeout: options.timeout_ms,
  });
}

async function json(request, path, body) {
  return (await create(request).post(path, body)).data;
}

async function openStream(request, path, body) {
  return events((await create(request).post(path, body, { responseType: 'stream' })).data);
}

export const {
  chat, stream, abort, tools, embeddings, responses, responses_stream,
} = callsOver({ json, stream: openStream });

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
