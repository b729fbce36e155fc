// SPDX-License-Identifier: MIT
package client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.http.HttpResponseFor;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseUsage;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** `result` of the protocol made from the SDK's objects. */
final class Results {
    static ObjectNode chat(ChatCompletion answer) {
        var choice = answer.choices().get(0);
        return object().put("text", choice.message().content().orElseThrow())
                .put("model", answer.model())
                .put("finish_reason", choice.finishReason().asString())
                .<ObjectNode>set("usage", usage(answer.usage().orElse(null)))
                .set("object", tree(answer));
    }

    static Stream<String> texts(ChatCompletionChunk chunk) {
        return chunk.choices().stream().flatMap(choice -> choice.delta().content().stream())
                .filter(text -> !text.isEmpty());
    }

    static ObjectNode stream(List<ChatCompletionChunk> chunks) {
        var texts = chunks.stream().flatMap(Results::texts).toList();
        var reason = chunks.stream().flatMap(chunk -> chunk.choices().stream())
                .flatMap(choice -> choice.finishReason().stream()).findFirst().orElseThrow();
        var last = chunks.get(chunks.size() - 1);
        return object().put("text", String.join("", texts))
                .put("chunks", texts.size())
                .put("model", chunks.get(0).model())
                .put("finish_reason", reason.asString())
                .<ObjectNode>set("usage", usage(last.usage().orElse(null)))
                .set("object", tree(chunks));
    }

    static ObjectNode tools(ChatCompletion answer) throws Exception {
        var choice = answer.choices().get(0);
        var call = choice.message().toolCalls().orElseThrow().get(0).asFunction().function();
        return object().put("name", call.name())
                .put("finish_reason", choice.finishReason().asString())
                .<ObjectNode>set("arguments", Main.MAPPER.readTree(call.arguments()))
                .<ObjectNode>set("usage", usage(answer.usage().orElse(null)))
                .set("object", tree(answer));
    }

    static ObjectNode structured(StructuredChatCompletion<Echo> answer) {
        var parsed = answer.choices().get(0).message().content().orElseThrow();
        return object().<ObjectNode>set("parsed", object().put("echo", parsed.echo))
                .<ObjectNode>set("usage", usage(answer.usage().orElse(null)))
                .set("object", tree(answer.rawChatCompletion()));
    }

    static ObjectNode embeddings(CreateEmbeddingResponse answer) {
        var first = answer.data().get(0).embedding();
        var usage = object().put("prompt", answer.usage().promptTokens()).putNull("completion")
                .put("total", answer.usage().totalTokens());
        return object().put("count", answer.data().size())
                .put("dimensions", first.size())
                .<ObjectNode>set("first", tree(first))
                .<ObjectNode>set("usage", usage)
                .set("object", tree(answer));
    }

    static ObjectNode responses(Response answer) {
        var text = answer.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(each -> each.text())
                .collect(Collectors.joining());
        return object().put("text", text)
                .<ObjectNode>set("model", tree(answer.model()))
                .<ObjectNode>set("usage", usage(answer.usage().orElseThrow()))
                .set("object", tree(answer));
    }

    static ObjectNode responsesStream(List<ResponseStreamEvent> events) {
        var texts = events.stream().flatMap(event -> event.outputTextDelta().stream())
                .map(event -> event.delta()).toList();
        var completed = events.get(events.size() - 1).asCompleted().response();
        return object().put("text", String.join("", texts))
                .put("chunks", texts.size())
                .<ObjectNode>set("usage", usage(completed.usage().orElseThrow()))
                .set("object", tree(events));
    }

    static ObjectNode raw(HttpResponseFor<ChatCompletion> response) {
        var headers = object();
        for (var name : response.headers().names()) {
            headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", response.headers().values(name)));
        }
        return object().put("status", response.statusCode())
                .put("text", response.parse().choices().get(0).message().content().orElseThrow())
                .set("headers", headers);
    }

    static ObjectNode error(OpenAIException fault) {
        var result = object().put("class", fault.getClass().getSimpleName())
                .put("message", Objects.toString(fault.getMessage(), ""));
        if (!(fault instanceof OpenAIServiceException answered)) {
            return result.putNull("status").putNull("code").putNull("request_id");
        }
        var ids = answered.headers().values("x-request-id");
        return result.put("status", answered.statusCode())
                .put("code", answered.code().orElse(null))
                .put("request_id", ids.isEmpty() ? null : ids.get(0));
    }

    static ObjectNode parallel(List<ChatCompletion> answers) {
        return object().<ObjectNode>set("texts", tree(answers.stream()
                        .map(answer -> answer.choices().get(0).message().content().orElseThrow()).toList()))
                .set("totals", tree(answers.stream()
                        .map(answer -> answer.usage().orElseThrow().totalTokens()).toList()));
    }

    private static JsonNode usage(CompletionUsage found) {
        return found == null ? null : object().put("prompt", found.promptTokens())
                .put("completion", found.completionTokens()).put("total", found.totalTokens());
    }

    private static JsonNode usage(ResponseUsage found) {
        return object().put("prompt", found.inputTokens()).put("completion", found.outputTokens())
                .put("total", found.totalTokens());
    }

    private static ObjectNode object() {
        return Main.MAPPER.createObjectNode();
    }

    private static JsonNode tree(Object value) {
        return Main.MAPPER.valueToTree(value);
    }
}
