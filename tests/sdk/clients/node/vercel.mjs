// SPDX-License-Identifier: MIT
// The Vercel AI SDK with its OpenAI provider.
import { createOpenAI } from '@ai-sdk/openai';
import { embedMany, generateText, jsonSchema, Output, streamText, tool } from 'ai';
import { z } from 'zod';

import * as shapes from './shapes.mjs';
import { all } from './sse.mjs';

function create({ base_url, api_key, headers }) {
  return createOpenAI({ baseURL: base_url, apiKey: api_key, headers });
}

// What is common to generateText and streamText.
function prompt({ input, options }, model) {
  const { text, image } = input;
  const content = image ? [{ type: 'text', text }, { type: 'image', image }] : text;
  return {
    model, messages: [{ role: 'user', content }], maxRetries: options.max_retries, timeout: options.timeout_ms,
  };
}

function chatPrompt(request) {
  return prompt(request, create(request).chat(request.input.model));
}

function usage({ inputTokens, outputTokens, totalTokens }) {
  return { prompt: inputTokens, completion: outputTokens, total: totalTokens };
}

// Answer or stream part without the response's fields, what was asked, and what the SDK's clock says.
function whole(value) {
  const others = ['headers', 'request', 'performance'];
  return JSON.parse(JSON.stringify(value, (key, each) => (others.includes(key) ? undefined : each)));
}

function answerObject({ content, finishReason, rawFinishReason, usage: used, providerMetadata, response }) {
  return whole({ content, finishReason, rawFinishReason, usage: used, providerMetadata, response });
}

async function generate(request, arguments_) {
  const answer = await generateText(arguments_);
  return {
    answer, text: answer.text, model: answer.response.modelId, usage: usage(answer.usage), object: answerObject(answer),
  };
}

export async function chat(request) {
  const { answer, ...rest } = await generate(request, chatPrompt(request));
  return { ...rest, finish_reason: answer.rawFinishReason };
}

async function parts(arguments_) {
  const answer = streamText(arguments_);
  const found = await all(answer.fullStream);
  const texts = found.filter((part) => part.type === 'text-delta').map((part) => part.text);
  return {
    text: texts.join(''), chunks: texts.length, usage: usage(await answer.totalUsage), object: whole(found), answer,
  };
}

export async function stream(request) {
  const { answer, ...rest } = await parts(chatPrompt(request));
  return { ...rest, model: (await answer.response).modelId, finish_reason: await answer.rawFinishReason };
}

export async function abort(request) {
  const leaving = new AbortController();
  const { textStream } = streamText({ ...chatPrompt(request), abortSignal: leaving.signal });
  for await (const text of textStream) {
    leaving.abort();
    return { text_before: text };
  }
  throw new Error('no text came');
}

export async function tools(request) {
  const { name, description, parameters } = request.input.tool;
  const offered = { [name]: tool({ description, inputSchema: jsonSchema(parameters) }) };
  const { answer, ...rest } = await generate(request, { ...chatPrompt(request), tools: offered });
  const [call] = answer.toolCalls;
  return {
    name: call.toolName, arguments: call.input, finish_reason: answer.rawFinishReason, usage: rest.usage,
    object: rest.object,
  };
}

export async function structured(request) {
  const output = Output.object({ schema: z.object({ echo: z.string() }), name: request.input.schema.name });
  const { answer, ...rest } = await generate(request, { ...chatPrompt(request), output });
  return { parsed: answer.output, usage: rest.usage, object: rest.object };
}

export async function embeddings(request) {
  const { input, options } = request;
  const answer = await embedMany({
    model: create(request).embedding(input.model), values: input.texts, maxRetries: options.max_retries,
  });
  const { embeddings: found, usage: { tokens }, providerMetadata, responses: answers } = answer;
  return {
    count: found.length, dimensions: found[0].length, first: found[0],
    usage: { prompt: tokens, completion: null, total: tokens },
    object: whole({ found, tokens, providerMetadata, answers }),
  };
}

export async function responses(request) {
  const { answer, ...rest } = await generate(request, prompt(request, create(request).responses(request.input.model)));
  return rest;
}

export async function responses_stream(request) {
  const { answer, ...rest } = await parts(prompt(request, create(request).responses(request.input.model)));
  return rest;
}

export async function raw(request) {
  const { response, text } = await generateText(chatPrompt(request));
  return { status: null, headers: response.headers, text };
}

export async function error(request) {
  const { call, ...input } = request.input;
  const options = { ...request.options, ...call };
  const fault = await shapes.failureOf(() => generateText(chatPrompt({ ...request, input, options })));
  return {
    class: shapes.className(fault), status: fault.statusCode ?? null, code: fault.data?.error.code ?? null,
    message: fault.message, request_id: fault.responseHeaders?.['x-request-id'] ?? null,
  };
}

export async function parallel(request) {
  const { input: { model, calls }, options } = request;
  const api = create(request).chat(model);
  const answers = await Promise.all(calls.map(({ text, request_id }) => generateText({
    ...prompt({ input: { text }, options }, api), headers: { 'X-LLM-Request-ID': request_id },
  })));
  return { texts: answers.map(({ text }) => text), totals: answers.map(({ usage: { totalTokens } }) => totalTokens) };
}
