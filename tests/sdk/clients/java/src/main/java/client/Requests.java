// SPDX-License-Identifier: MIT
package client;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.util.List;
import java.util.stream.StreamSupport;

/** The SDK's parameters made from `input` of the protocol. */
final class Requests {
    static ChatCompletionCreateParams.Builder chat(JsonNode input) {
        var request = ChatCompletionCreateParams.builder().model(input.get("model").asText());
        var text = input.get("text").asText();
        if (!input.has("image")) {
            return request.addUserMessage(text);
        }
        var url = ChatCompletionContentPartImage.ImageUrl.builder().url(input.get("image").asText()).build();
        return request.addUserMessageOfArrayOfContentParts(List.of(
                ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder().text(text).build()),
                ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder().imageUrl(url).build())));
    }

    static ChatCompletionCreateParams stream(JsonNode input) {
        var request = chat(input);
        if (input.path("include_usage").asBoolean()) {
            request.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
        }
        return request.build();
    }

    static ChatCompletionCreateParams tools(JsonNode input) throws Exception {
        var tool = input.get("tool");
        var function = FunctionDefinition.builder()
                .name(tool.get("name").asText())
                .description(tool.get("description").asText())
                .parameters(Main.MAPPER.treeToValue(tool.get("parameters"), FunctionParameters.class))
                .build();
        return chat(input).addTool(ChatCompletionFunctionTool.builder().function(function).build()).build();
    }

    static EmbeddingCreateParams embeddings(JsonNode input) {
        var texts = StreamSupport.stream(input.get("texts").spliterator(), false).map(JsonNode::asText).toList();
        return EmbeddingCreateParams.builder()
                .model(input.get("model").asText())
                .inputOfArrayOfStrings(texts)
                .build();
    }

    static ResponseCreateParams responses(JsonNode input) {
        return ResponseCreateParams.builder()
                .model(input.get("model").asText())
                .input(input.get("text").asText())
                .build();
    }
}
