#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a language model that knows nothing: the llama architecture in 0.6 MB, with random weights that are the same
each time.   usage: make_model.py FILE"""

import string
import sys

import gguf
import numpy

WIDTH, HEADS, INNER, LAYERS, CONTEXT = 64, 4, 128, 2, 2048
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"
CHARACTERS = ["\u2581", *string.ascii_letters, *string.digits, *".,:;!?-"]  # U+2581 stands for a space


def add_vocabulary(writer: gguf.GGUFWriter) -> int:
    """One token a character, and one a byte for all other text. Returns how many are not to be written by the model."""
    special = [(b"<unk>", gguf.TokenType.UNKNOWN), (b"<s>", gguf.TokenType.CONTROL), (b"</s>", gguf.TokenType.CONTROL)]
    special += [(b"<0x%02X>" % byte, gguf.TokenType.BYTE) for byte in range(256)]
    tokens = special + [(character.encode(), gguf.TokenType.NORMAL) for character in CHARACTERS]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_types([kind for _, kind in tokens])
    writer.add_token_scores([0.0] * len(special) + [-float(rank) for rank in range(1, len(CHARACTERS) + 1)])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    return len(special)


def add_weights(writer: gguf.GGUFWriter, silent: int) -> None:
    random = numpy.random.default_rng(seed=7)

    def weights(*shape: int) -> numpy.ndarray:
        return random.normal(scale=shape[-1] ** -0.5, size=shape).astype(numpy.float32)

    def ones() -> numpy.ndarray:
        return numpy.ones(WIDTH, dtype=numpy.float32)

    output = weights(silent + len(CHARACTERS), WIDTH)
    output[:silent] = 0  # the best of the others is above zero, so that all it says is text
    writer.add_tensor("token_embd.weight", weights(silent + len(CHARACTERS), WIDTH))
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        for name in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(INNER, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, INNER))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", ones())
    writer.add_tensor("output_norm.weight", ones())
    writer.add_tensor("output.weight", output)


def main(path: str) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    add_weights(writer, add_vocabulary(writer))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
