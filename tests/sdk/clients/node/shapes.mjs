// SPDX-License-Identifier: MIT
// Request bodies, and results of tests/sdk/clients/README.md made from answers as the API writes them.

export function chatBody({ model, text, image }, more = {}) {
  const content = image ? [{ type: 'text', text }, { type: 'image_url', image_url: { url: image } }] : text;
  return { model, messages: [{ role: 'user', content }], ...more };
}

export function streamBody(input) {
  return chatBody(input, { stream: true, ...(input.include_usage && { stream_options: { include_usage: true } }) });
}

export function toolsBody(input) {
  return chatBody(input, { tools: [{ type: 'function', function: input.tool }] });
}

export function usage(found) {
  return found ? {
    prompt: found.prompt_tokens ?? found.input_tokens,
    completion: found.completion_tokens ?? found.output_tokens ?? null,
    total: found.total_tokens,
  } : null;
}

export function chatResult(answer) {
  const [choice] = answer.choices;
  return {
    text: choice.message.content, model: answer.model, finish_reason: choice.finish_reason, usage: usage(answer.usage),
    object: answer,
  };
}

export function streamResult(chunks) {
  const choices = chunks.flatMap((chunk) => chunk.choices);
  const texts = choices.map((choice) => choice.delta.content).filter(Boolean);
  return {
    text: texts.join(''), chunks: texts.length, model: chunks[0].model, finish_reason: choices.at(-1).finish_reason,
    usage: usage(chunks.at(-1).usage), object: chunks,
  };
}

// The first text of a stream; leaving the loop leaves the stream.
export async function firstText(chunks) {
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content;
    if (text) return text;
  }
  throw new Error('no text came');
}

export function toolsResult(answer) {
  const [choice] = answer.choices;
  const [call] = choice.message.tool_calls;
  return {
    name: call.function.name, arguments: JSON.parse(call.function.arguments), finish_reason: choice.finish_reason,
    usage: usage(answer.usage), object: answer,
  };
}

export function embeddingsResult(answer) {
  const first = answer.data[0].embedding;
  return {
    count: answer.data.length, dimensions: first.length, first, usage: usage(answer.usage), object: answer,
  };
}

export function responsesResult(answer, text) {
  return { text, model: answer.model, usage: usage(answer.usage), object: answer };
}

// The API's own form has no joined text.
export function outputText(answer) {
  return answer.output.flatMap((item) => item.content ?? []).map((part) => part.text).join('');
}

export function responsesStreamResult(events) {
  const texts = events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta);
  return { text: texts.join(''), chunks: texts.length, usage: usage(events.at(-1).response.usage), object: events };
}

export function parallelResult(answers) {
  return {
    texts: answers.map((answer) => answer.choices[0].message.content),
    totals: answers.map((answer) => answer.usage.total_tokens),
  };
}

// The thrown thing of a call that has to fail.
export async function failureOf(call) {
  let answered;
  try {
    answered = await call();
  } catch (fault) {
    return fault;
  }
  throw new Error(`the call succeeded: ${JSON.stringify(answered)}`);
}

export function className(fault) {
  return fault instanceof DOMException ? fault.name : fault.constructor.name;
}
