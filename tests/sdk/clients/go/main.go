// SPDX-License-Identifier: MIT

// The protocol of tests/sdk/clients/README.md for the official Go SDK.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

type object = map[string]any

type request struct {
	Case    string
	BaseURL string `json:"base_url"`
	APIKey  string `json:"api_key"`
	Headers map[string]string
	Options struct {
		MaxRetries int `json:"max_retries"`
		TimeoutMS  int `json:"timeout_ms"`
	}
	Input input
}

type input struct {
	Model        string
	Text         string
	Image        string
	IncludeUsage bool `json:"include_usage"`
	Texts        []string
	Tool         struct {
		Name, Description string
		Parameters        object
	}
	Schema struct {
		Name   string
		Schema object
	}
	Call *struct {
		MaxRetries int `json:"max_retries"`
	}
	Calls []struct {
		Text      string
		RequestID string `json:"request_id"`
	}
}

const module = "github.com/openai/openai-go/v3"

func versions() object {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return object{"sdk": strings.TrimPrefix(dependency.Version, "v"), "language": "Go " + runtime.Version()[2:]}
		}
	}
	return nil
}

func (r request) client() openai.Client {
	options := []option.RequestOption{
		option.WithBaseURL(r.BaseURL),
		option.WithAPIKey(r.APIKey),
		option.WithMaxRetries(r.Options.MaxRetries),
		option.WithRequestTimeout(time.Duration(r.Options.TimeoutMS) * time.Millisecond),
	}
	for name, value := range r.Headers {
		options = append(options, option.WithHeader(name, value))
	}
	return openai.NewClient(options...)
}

func answer(line []byte) object {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return object{"ok": false, "error": err.Error()}
	}
	if asked.Case == "version" {
		return object{"ok": true, "result": versions()}
	}
	call, known := calls[asked.Case]
	if !known {
		return object{"ok": false, "unsupported": true, "error": "no " + asked.Case}
	}
	result, err := call(context.Background(), asked.client(), asked.Input)
	if err != nil {
		return object{"ok": false, "error": fmt.Sprintf("%T: %v", err, err)}
	}
	return object{"ok": true, "result": result}
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if err := answers.Encode(answer(line)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
