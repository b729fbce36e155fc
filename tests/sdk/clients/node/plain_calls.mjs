// SPDX-License-Identifier: MIT
// The calls of clients that speak HTTP and know nothing of the API: `json(request, path, body)` gives an answer's object,
// `stream(request, path, body)` the events of a stream.
import * as shapes from './shapes.mjs';
import { all } from './sse.mjs';

export const chatPath = 'chat/completions';

export function callsOver({ json, stream }) {
  return {
    async chat(request) {
      return shapes.chatResult(await json(request, chatPath, shapes.chatBody(request.input)));
    },
    async stream(request) {
      return shapes.streamResult(await all(await stream(request, chatPath, shapes.streamBody(request.input))));
    },
    async abort(request) {
      return { text_before: await shapes.firstText(await stream(request, chatPath, shapes.streamBody(request.input))) };
    },
    async tools(request) {
      return shapes.toolsResult(await json(request, chatPath, shapes.toolsBody(request.input)));
    },
    async embeddings(request) {
      const { model, texts } = request.input;
      return shapes.embeddingsResult(await json(request, 'embeddings', { model, input: texts }));
    },
    async responses(request) {
      const { model, text } = request.input;
      const answer = await json(request, 'responses', { model, input: text });
      return shapes.responsesResult(answer, shapes.outputText(answer));
    },
    async responses_stream(request) {
      const { model, text } = request.input;
      const body = { model, input: text, stream: true };
      return shapes.responsesStreamResult(await all(await stream(request, 'responses', body)));
    },
  };
}
