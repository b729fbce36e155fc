# SPDX-License-Identifier: MIT
"""tiktoken with the rank tables of this repository, and the program that counts with the gateway's own code."""

import base64
import hashlib
import os
import pathlib
import subprocess

import tiktoken
import tiktoken_ext.openai_public as openai_public
import zstandard

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKENS = {"cl100k": 100_256, "o200k": 199_998}


def ranks(name: str) -> dict[bytes, int]:
    packed = (ROOT / f"proxy/tokens/data/{name}_base.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompress(packed)
    count = TOKENS[name]
    table, at = {}, count
    for rank, length in enumerate(plain[:count]):
        table[plain[at:at + length]] = rank
        at += length
    assert at == len(plain)
    return table


def encoding(name: str) -> tiktoken.Encoding:
    """tiktoken's own description of it, whose tables it would otherwise fetch: they are held against its checksums."""
    table = ranks(name)

    def load(_url: str, expected_hash: str) -> dict[bytes, int]:
        lines = b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in table.items())
        assert hashlib.sha256(lines).hexdigest() == expected_hash
        return table

    openai_public.load_tiktoken_bpe = load
    return tiktoken.Encoding(**getattr(openai_public, f"{name}_base")())


def counts(name: str, texts: list[bytes], cut: int | None = None) -> list[int]:
    program = pathlib.Path(os.environ["LLMGW_BIN_DIR"]) / "token-count"
    given = b"".join(b"%d\n%b" % (len(text), text) for text in texts)
    arguments = [program, name] if cut is None else [program, name, str(cut)]
    done = subprocess.run(arguments, input=given, stdout=subprocess.PIPE, check=True)
    return [int(line) for line in done.stdout.split()]
