// SPDX-License-Identifier: MIT
// The events of a stream whose events have one data line each, as OpenAI's have, for clients that bring no parser.

export async function* events(bytes) {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data: ') && line !== 'data: [DONE]') yield JSON.parse(line.slice('data: '.length));
    }
  }
}

export async function all(values) {
  const found = [];
  for await (const each of values) found.push(each);
  return found;
}
