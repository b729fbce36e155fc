// SPDX-License-Identifier: MIT
// Loops of the Vercel AI SDK with its provider for servers that have OpenAI's API.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';

import { all } from './sse.mjs';

const MOST_STEPS = 20;

export async function loop({ base_url, api_key, headers, options, input }) {
  const api = createOpenAICompatible({
    name: 'gateway', baseURL: base_url, apiKey: api_key, headers, includeUsage: true,
  });
  const used = [];
  const { name, description, parameters } = input.tool;
  const offered = tool({
    description,
    inputSchema: jsonSchema(parameters),
    execute: (given) => {
      used.push(given);
      return `rain-${given.step}`;
    },
  });
  const asked = {
    model: api(input.model), prompt: input.text, tools: { [name]: offered }, stopWhen: isStepCount(MOST_STEPS),
    maxRetries: options.max_retries, providerOptions: { gateway: { reasoningEffort: input.effort } },
  };
  const done = input.stream ? streamText(asked) : await generateText(asked);
  if (input.stream) await all(done.fullStream);
  const { inputTokens, outputTokens, totalTokens } = await done.totalUsage;
  return {
    text: await done.text, calls: used, usage: { prompt: inputTokens, completion: outputTokens, total: totalTokens },
  };
}
