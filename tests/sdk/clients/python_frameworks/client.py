# SPDX-License-Identifier: MIT
"""LangChain, LlamaIndex and the OpenAI Agents SDK."""

import agents_client
import langchain_client
import llama_index_client
from lines import serve

CLIENTS = {"langchain": langchain_client, "llama-index": llama_index_client, "agents": agents_client}
serve({name: client.VERSION for name, client in CLIENTS.items()},
      {name: client.CALLS for name, client in CLIENTS.items()})
