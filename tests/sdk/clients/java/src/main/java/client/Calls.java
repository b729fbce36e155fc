// SPDX-License-Identifier: MIT
package client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.errors.OpenAIException;
import com.openai.models.chat.completions.ChatCompletion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** One method a call of the protocol, made with the blocking client. */
final class Calls {
    private interface Call {
        ObjectNode make(OpenAIClient client, JsonNode input) throws Exception;
    }

    private static final Map<String, Call> CALLS = Map.ofEntries(
            Map.entry("chat", Calls::chat),
            Map.entry("stream", Calls::stream),
            Map.entry("abort", Calls::abort),
            Map.entry("tools", Calls::tools),
            Map.entry("structured", Calls::structured),
            Map.entry("embeddings", Calls::embeddings),
            Map.entry("responses", Calls::responses),
            Map.entry("responses_stream", Calls::responsesStream),
            Map.entry("raw", Calls::raw),
            Map.entry("error", Calls::error),
            Map.entry("parallel", Calls::parallel));

    static ObjectNode make(JsonNode request) throws Exception {
        var options = request.get("options");
        var builder = OpenAIOkHttpClient.builder()
                .baseUrl(request.get("base_url").asText())
                .apiKey(request.get("api_key").asText())
                .maxRetries(options.get("max_retries").asInt())
                .timeout(Duration.ofMillis(options.get("timeout_ms").asLong()));
        for (var header : request.get("headers").properties()) {
            builder.putHeader(header.getKey(), header.getValue().asText());
        }
        var client = builder.build();
        try {
            return CALLS.get(request.get("case").asText()).make(client, request.get("input"));
        } finally {
            client.close();
        }
    }

    private static ObjectNode chat(OpenAIClient client, JsonNode input) {
        return Results.chat(client.chat().completions().create(Requests.chat(input).build()));
    }

    private static ObjectNode stream(OpenAIClient client, JsonNode input) {
        try (var chunks = client.chat().completions().createStreaming(Requests.stream(input))) {
            return Results.stream(chunks.stream().toList());
        }
    }

    private static ObjectNode abort(OpenAIClient client, JsonNode input) {
        try (var chunks = client.chat().completions().createStreaming(Requests.stream(input))) {
            var first = chunks.stream().flatMap(Results::texts).findFirst().orElseThrow();
            return Main.MAPPER.createObjectNode().put("text_before", first);
        }
    }

    private static ObjectNode tools(OpenAIClient client, JsonNode input) throws Exception {
        return Results.tools(client.chat().completions().create(Requests.tools(input)));
    }

    private static ObjectNode structured(OpenAIClient client, JsonNode input) {
        var request = Requests.chat(input).responseFormat(Echo.class).build();
        return Results.structured(client.chat().completions().create(request));
    }

    private static ObjectNode embeddings(OpenAIClient client, JsonNode input) {
        return Results.embeddings(client.embeddings().create(Requests.embeddings(input)));
    }

    private static ObjectNode responses(OpenAIClient client, JsonNode input) {
        return Results.responses(client.responses().create(Requests.responses(input)));
    }

    private static ObjectNode responsesStream(OpenAIClient client, JsonNode input) {
        try (var events = client.responses().createStreaming(Requests.responses(input))) {
            return Results.responsesStream(events.stream().toList());
        }
    }

    private static ObjectNode raw(OpenAIClient client, JsonNode input) {
        try (var response = client.chat().completions().withRawResponse().create(Requests.chat(input).build())) {
            return Results.raw(response);
        }
    }

    private static ObjectNode error(OpenAIClient client, JsonNode input) {
        Consumer<ClientOptions.Builder> override = options -> {
            if (input.has("call")) {
                options.maxRetries(input.get("call").get("max_retries").asInt());
            }
        };
        try {
            client.chat().completions().withOptions(override).create(Requests.chat(input).build());
        } catch (OpenAIException fault) {
            return Results.error(fault);
        }
        throw new IllegalStateException("the call succeeded");
    }

    private static ObjectNode parallel(OpenAIClient client, JsonNode input) throws Exception {
        var calls = new ArrayList<Callable<ChatCompletion>>();
        for (var call : input.get("calls")) {
            var request = Requests.chat(((ObjectNode) call).set("model", input.get("model")))
                    .putAdditionalHeader("X-LLM-Request-ID", call.get("request_id").asText())
                    .build();
            calls.add(() -> client.chat().completions().create(request));
        }
        var threads = Executors.newFixedThreadPool(calls.size());
        try {
            var answers = new ArrayList<ChatCompletion>();
            for (var answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return Results.parallel(answers);
        } finally {
            threads.shutdown();
        }
    }
}
