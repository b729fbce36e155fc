# SPDX-License-Identifier: MIT
"""LangChain, LlamaIndex, the OpenAI Agents SDK and Pydantic AI."""

import agents_client
import langchain_client
import llama_index_client
import pydantic_ai_client
from lines import serve

CLIENTS = {"langchain": langchain_client, "llama-index": llama_index_client, "agents": agents_client,
           "pydantic-ai": pydantic_ai_client}
serve({name: client.VERSION for name, client in CLIENTS.items()},
      {name: client.CALLS for name, client in CLIENTS.items()})
