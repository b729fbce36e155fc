// SPDX-License-Identifier: MIT
// The official SDK.
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import * as shapes from './shapes.mjs';
import { all } from './sse.mjs';

function create({ base_url, api_key, headers, options }) {
  return new OpenAI({
    baseURL: base_url, apiKey: api_key, defaultHeaders: headers, maxRetries: options.max_retries,
    timeout: options.timeout_ms,
  });
}

function completions(request) {
  return create(request).chat.completions;
}

export async function chat(request) {
  return shapes.chatResult(await completions(request).create(shapes.chatBody(request.input)));
}

export async function stream(request) {
  return shapes.streamResult(await all(await completions(request).create(shapes.streamBody(request.input))));
}

export async function abort(request) {
  return { text_before: await shapes.firstText(await completions(request).create(shapes.streamBody(request.input))) };
}

export async function tools(request) {
  return shapes.toolsResult(await completions(request).create(shapes.toolsBody(request.input)));
}

export async function structured(request) {
  const format = zodResponseFormat(z.object({ echo: z.string() }), request.input.schema.name);
  const answer = await completions(request).parse(shapes.chatBody(request.input, { response_format: format }));
  return { parsed: answer.choices[0].message.parsed, usage: shapes.usage(answer.usage), object: answer };
}

export async function embeddings(request) {
  const { model, texts } = request.input;
  return shapes.embeddingsResult(await create(request).embeddings.create({ model, input: texts }));
}

export async function responses(request) {
  const { model, text } = request.input;
  const answer = await create(request).responses.create({ model, input: text });
  return shapes.responsesResult(answer, answer.output_text);
}

export async function responses_stream(request) {
  const { model, text } = request.input;
  const events = await create(request).responses.create({ model, input: text, stream: true });
  return shapes.responsesStreamResult(await all(events));
}

export async function raw(request) {
  const { data, response } = await completions(request).create(shapes.chatBody(request.input)).withResponse();
  return {
    status: response.status, headers: Object.fromEntries(response.headers), text: data.choices[0].message.content,
  };
}

export async function error(request) {
  const { call } = request.input;
  const options = call && { maxRetries: call.max_retries };
  const fault = await shapes.failureOf(() => completions(request).create(shapes.chatBody(request.input), options));
  return {
    class: shapes.className(fault), status: fault.status ?? null, code: fault.code ?? null, message: fault.message,
    request_id: fault.requestID ?? null,
  };
}

export async function parallel(request) {
  const { model, calls } = request.input;
  const api = completions(request);
  return shapes.parallelResult(await Promise.all(calls.map(({ text, request_id }) => (
    api.create(shapes.chatBody({ model, text }), { headers: { 'X-LLM-Request-ID': request_id } })))));
}
