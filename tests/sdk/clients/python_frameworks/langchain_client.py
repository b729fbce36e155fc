# SPDX-License-Identifier: MIT
"""Calls of LangChain, by langchain-openai."""

import concurrent.futures
import importlib.metadata

import openai
from langchain_core.messages import AIMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from lines import Call

import given

VERSION = importlib.metadata.version("langchain-openai")


def make_chat(request: dict, **more: object) -> ChatOpenAI:
    return ChatOpenAI(**given.client_settings(request), **more)


def chat(request: dict) -> dict:
    return chat_result(make_chat(request).invoke(given.messages(request)))


def stream(request: dict) -> dict:
    api = make_chat(request, stream_usage=request["input"]["include_usage"])
    chunks = list(api.stream(given.messages(request)))
    told = {name: value for chunk in chunks for name, value in chunk.response_metadata.items()}
    return pieces(chunks) | {"model": told["model_name"], "finish_reason": told["finish_reason"]}


def abort(request: dict) -> dict:
    chunks = make_chat(request).stream(given.messages(request))
    text = next(chunk.text for chunk in chunks if chunk.text)
    chunks.close()
    return {"text_before": str(text)}


def tools(request: dict) -> dict:
    tool = {"type": "function", "function": request["input"]["tool"]}
    answer = make_chat(request).bind_tools([tool]).invoke(given.messages(request))
    [call] = answer.tool_calls
    rest = {name: value for name, value in chat_result(answer).items() if name in ("finish_reason", "usage", "object")}
    return {"name": call["name"], "arguments": call["args"]} | rest


def structured(request: dict) -> dict:
    api = make_chat(request).with_structured_output(given.Echo, method="json_schema", include_raw=True)
    answer = api.invoke(given.messages(request))
    return {"parsed": answer["parsed"].model_dump(), "usage": usage(answer["raw"]), "object": whole(answer["raw"])}


def loop(request: dict) -> dict:
    asked = request["input"]
    used: list[dict] = []
    api = make_chat(request, reasoning_effort=asked["effort"], streaming=asked["stream"], stream_usage=True)
    model = api.bind_tools([{"type": "function", "function": asked["tool"]}])
    told: list = given.messages(request)
    answers: list[AIMessage] = []
    while not answers or answers[-1].tool_calls:
        answers.append(model.invoke(told))
        results = [ToolMessage(given.use_tool(call["args"], used), tool_call_id=call["id"])
                   for call in answers[-1].tool_calls]
        told += [answers[-1], *results]
    counts = [usage(answer) for answer in answers]
    return {"text": str(answers[-1].text), "calls": used,
            "usage": {name: sum(each[name] for each in counts) for name in counts[0]}}


def embeddings(request: dict) -> dict:
    # Counting tokens before the call would want a file from the network.
    api = OpenAIEmbeddings(**given.client_settings(request), check_embedding_ctx_length=False)
    return given.vectors_result(api.embed_documents(request["input"]["texts"]))


def responses(request: dict) -> dict:
    answer = make_chat(request, use_responses_api=True).invoke(given.messages(request))
    return {"text": str(answer.text), "model": answer.response_metadata["model_name"], "usage": usage(answer),
            "object": whole(answer)}


def responses_stream(request: dict) -> dict:
    return pieces(list(make_chat(request, use_responses_api=True).stream(given.messages(request))))


def raw(request: dict) -> dict:
    answer = make_chat(request, include_response_headers=True).invoke(given.messages(request))
    return {"status": None, "headers": answer.response_metadata["headers"], "text": str(answer.text)}


def error(request: dict) -> dict:
    return given.failed(chat, request)


def parallel(request: dict) -> dict:
    api = make_chat(request)

    def ask(call: dict) -> AIMessage:
        return api.invoke(call["text"], extra_headers={"X-LLM-Request-ID": call["request_id"]})
    calls = request["input"]["calls"]
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(ask, calls))
    return {"texts": [str(answer.text) for answer in answers], "totals": [usage(answer)["total"] for answer in answers]}


def usage(answer: AIMessage) -> dict | None:
    found = answer.usage_metadata
    names = {"prompt": "input_tokens", "completion": "output_tokens", "total": "total_tokens"}
    return found and {name: found[spelt] for name, spelt in names.items()}


def whole(answer: AIMessage) -> dict:
    """Without the id of the run, which LangChain makes up."""
    found = answer.model_dump(mode="json")
    return found if not found["id"].startswith("lc_run-") else found | {"id": None}


def chat_result(answer: AIMessage) -> dict:
    told = answer.response_metadata
    return {"text": str(answer.text), "model": told["model_name"], "finish_reason": told["finish_reason"],
            "usage": usage(answer), "object": whole(answer)}


def pieces(chunks: list) -> dict:
    texts = [str(chunk.text) for chunk in chunks if chunk.text]
    return {"text": "".join(texts), "chunks": len(texts), "usage": next(filter(None, map(usage, chunks)), None),
            "object": [whole(chunk) for chunk in chunks]}


CALLS: dict[str, Call] = {each.__name__: each for each in (
    chat, stream, abort, tools, structured, loop, embeddings, responses, responses_stream, raw, error, parallel)}
