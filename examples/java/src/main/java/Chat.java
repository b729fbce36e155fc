// SPDX-License-Identifier: MIT
// A chat completion, whole and streamed, with the official SDK (Java 17 or later).
// Run: mvn -q -f examples/java/pom.xml compile exec:java

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.ChatModel;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

public final class Chat {
    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    public static void main(String[] arguments) {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(setting("OPENAI_BASE_URL", "http://llm-proxy.llm-system.svc:8080/v1"))
                .apiKey(setting("OPENAI_API_KEY", "any"))
                .putHeader("X-LLM-Tenant", setting("LLM_TENANT", "demo"))
                .build();
        var question = ChatCompletionCreateParams.builder()
                .model(ChatModel.GPT_4O_MINI)
                .addUserMessage("Name three colours.")
                .build();

        var answer = client.chat().completions().create(question);
        answer.choices().get(0).message().content().ifPresent(System.out::println);

        try (var stream = client.chat().completions().createStreaming(question)) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .forEach(System.out::print);
        }
        System.out.println();
        client.close();
    }
}
