# SPDX-License-Identifier: MIT
"""The official Python SDK, sync and async."""

import openai

import async_client
import sync_client
from lines import serve

serve({"openai": openai.__version__, "openai-async": openai.__version__},
      {"openai": sync_client.CALLS, "openai-async": async_client.CALLS})
