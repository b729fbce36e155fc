// SPDX-License-Identifier: MIT

// A chat completion, whole and streamed, with the official SDK.
// Run: cd examples/go && go run .
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func main() {
	client := openai.NewClient(
		option.WithBaseURL(setting("OPENAI_BASE_URL", "http://llm-proxy.llm-system.svc:8080/v1")),
		option.WithAPIKey(setting("OPENAI_API_KEY", "any")),
		option.WithHeader("X-LLM-Tenant", setting("LLM_TENANT", "demo")))
	question := openai.ChatCompletionNewParams{
		Model:    openai.ChatModelGPT4oMini,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Name three colours.")},
	}
	background := context.Background()

	answer, err := client.Chat.Completions.New(background, question)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Choices[0].Message.Content)

	stream := client.Chat.Completions.NewStreaming(background, question)
	for stream.Next() {
		if choices := stream.Current().Choices; len(choices) > 0 {
			fmt.Print(choices[0].Delta.Content)
		}
	}
	if err := stream.Err(); err != nil {
		log.Fatal(err)
	}
	fmt.Println()
}
