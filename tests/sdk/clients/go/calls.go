// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

type call func(context.Context, openai.Client, input) (object, error)

var calls = map[string]call{
	"chat": chat, "stream": stream, "abort": abort, "tools": tools, "structured": structured, "embeddings": embeddings,
	"responses": respond, "responses_stream": respondStream, "raw": raw, "error": failure, "parallel": parallel,
}

func params(in input) openai.ChatCompletionNewParams {
	message := openai.UserMessage(in.Text)
	if in.Image != "" {
		message = openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
			openai.TextContentPart(in.Text),
			openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: in.Image}),
		})
	}
	return openai.ChatCompletionNewParams{
		Model: in.Model, Messages: []openai.ChatCompletionMessageParamUnion{message},
	}
}

func usage(found openai.CompletionUsage) object {
	return object{"prompt": found.PromptTokens, "completion": found.CompletionTokens, "total": found.TotalTokens}
}

// Both what the fields hold and what the SDK kept of the text.
func whole(answer interface{ RawJSON() string }) object {
	return object{"fields": answer, "raw": answer.RawJSON()}
}

func chat(ctx context.Context, api openai.Client, in input) (object, error) {
	answer, err := api.Chat.Completions.New(ctx, params(in))
	if err != nil {
		return nil, err
	}
	choice := answer.Choices[0]
	return object{
		"text": choice.Message.Content, "model": answer.Model, "finish_reason": choice.FinishReason,
		"usage": usage(answer.Usage), "object": whole(answer),
	}, nil
}

func streamParams(in input) openai.ChatCompletionNewParams {
	asked := params(in)
	if in.IncludeUsage {
		asked.StreamOptions.IncludeUsage = openai.Bool(true)
	}
	return asked
}

func stream(ctx context.Context, api openai.Client, in input) (object, error) {
	chunks := api.Chat.Completions.NewStreaming(ctx, streamParams(in))
	defer chunks.Close()
	result := object{"usage": nil}
	var texts []string
	var objects []object
	for chunks.Next() {
		chunk := chunks.Current()
		objects = append(objects, whole(chunk))
		result["model"] = chunk.Model
		if chunk.JSON.Usage.Valid() {
			result["usage"] = usage(chunk.Usage)
		}
		for _, choice := range chunk.Choices {
			result["finish_reason"] = choice.FinishReason
			if choice.Delta.Content != "" {
				texts = append(texts, choice.Delta.Content)
			}
		}
	}
	result["text"], result["chunks"], result["object"] = strings.Join(texts, ""), len(texts), objects
	return result, chunks.Err()
}

func abort(ctx context.Context, api openai.Client, in input) (object, error) {
	chunks := api.Chat.Completions.NewStreaming(ctx, streamParams(in))
	defer chunks.Close()
	for chunks.Next() {
		if choices := chunks.Current().Choices; len(choices) > 0 && choices[0].Delta.Content != "" {
			return object{"text_before": choices[0].Delta.Content}, nil
		}
	}
	return nil, errors.Join(errors.New("no text came"), chunks.Err())
}

func tools(ctx context.Context, api openai.Client, in input) (object, error) {
	asked := params(in)
	asked.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name: in.Tool.Name, Description: openai.String(in.Tool.Description), Parameters: in.Tool.Parameters,
	})}
	answer, err := api.Chat.Completions.New(ctx, asked)
	if err != nil {
		return nil, err
	}
	choice := answer.Choices[0]
	function := choice.Message.ToolCalls[0].Function
	var arguments object
	err = json.Unmarshal([]byte(function.Arguments), &arguments)
	return object{
		"name": function.Name, "arguments": arguments, "finish_reason": choice.FinishReason,
		"usage": usage(answer.Usage), "object": whole(answer),
	}, err
}

// The SDK leaves parsing to encoding/json.
func structured(ctx context.Context, api openai.Client, in input) (object, error) {
	asked := params(in)
	asked.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
		JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
			Name: in.Schema.Name, Schema: in.Schema.Schema, Strict: openai.Bool(true),
		},
	}
	answer, err := api.Chat.Completions.New(ctx, asked)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Echo string `json:"echo"`
	}
	err = json.Unmarshal([]byte(answer.Choices[0].Message.Content), &parsed)
	return object{"parsed": parsed, "usage": usage(answer.Usage), "object": whole(answer)}, err
}

func embeddings(ctx context.Context, api openai.Client, in input) (object, error) {
	answer, err := api.Embeddings.New(ctx, openai.EmbeddingNewParams{
		Model: in.Model, Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: in.Texts},
	})
	if err != nil {
		return nil, err
	}
	first := answer.Data[0].Embedding
	return object{
		"count": len(answer.Data), "dimensions": len(first), "first": first, "object": whole(answer),
		"usage": object{"prompt": answer.Usage.PromptTokens, "completion": nil, "total": answer.Usage.TotalTokens},
	}, nil
}

func responseUsage(found responses.ResponseUsage) object {
	return object{"prompt": found.InputTokens, "completion": found.OutputTokens, "total": found.TotalTokens}
}

func responseParams(in input) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: in.Model, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(in.Text)},
	}
}

func respond(ctx context.Context, api openai.Client, in input) (object, error) {
	answer, err := api.Responses.New(ctx, responseParams(in))
	if err != nil {
		return nil, err
	}
	return object{
		"text": answer.OutputText(), "model": answer.Model, "usage": responseUsage(answer.Usage), "object": whole(answer),
	}, nil
}

func respondStream(ctx context.Context, api openai.Client, in input) (object, error) {
	events := api.Responses.NewStreaming(ctx, responseParams(in))
	defer events.Close()
	result := object{}
	var texts []string
	var objects []object
	for events.Next() {
		event := events.Current()
		objects = append(objects, whole(event))
		switch event.Type {
		case "response.output_text.delta":
			texts = append(texts, event.Delta)
		case "response.completed":
			result["usage"] = responseUsage(event.Response.Usage)
		}
	}
	result["text"], result["chunks"], result["object"] = strings.Join(texts, ""), len(texts), objects
	return result, events.Err()
}

func raw(ctx context.Context, api openai.Client, in input) (object, error) {
	var response *http.Response
	answer, err := api.Chat.Completions.New(ctx, params(in), option.WithResponseInto(&response))
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	for name := range response.Header {
		headers[strings.ToLower(name)] = response.Header.Get(name)
	}
	return object{"status": response.StatusCode, "headers": headers, "text": answer.Choices[0].Message.Content}, nil
}

func failure(ctx context.Context, api openai.Client, in input) (object, error) {
	var options []option.RequestOption
	if in.Call != nil {
		options = append(options, option.WithMaxRetries(in.Call.MaxRetries))
	}
	_, err := api.Chat.Completions.New(ctx, params(in), options...)
	if err == nil {
		return nil, errors.New("the call succeeded")
	}
	var refused *openai.Error
	if errors.As(err, &refused) {
		result := object{
			"class": "Error", "status": refused.StatusCode, "code": nil, "message": refused.Message,
			"request_id": refused.Response.Header.Get("x-request-id"),
		}
		if refused.Code != "" {
			result["code"] = refused.Code
		}
		return result, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return object{
			"class": "DeadlineExceeded", "status": nil, "code": nil, "message": err.Error(), "request_id": nil,
		}, nil
	}
	return nil, err
}

func parallel(ctx context.Context, api openai.Client, in input) (object, error) {
	texts, totals, faults := make([]string, len(in.Calls)), make([]int64, len(in.Calls)), make([]error, len(in.Calls))
	var running sync.WaitGroup
	for index, each := range in.Calls {
		running.Go(func() {
			asked := params(input{Model: in.Model, Text: each.Text})
			answer, err := api.Chat.Completions.New(ctx, asked, option.WithHeader("X-LLM-Request-ID", each.RequestID))
			if faults[index] = err; err == nil {
				texts[index], totals[index] = answer.Choices[0].Message.Content, answer.Usage.TotalTokens
			}
		})
	}
	running.Wait()
	return object{"texts": texts, "totals": totals}, errors.Join(faults...)
}
