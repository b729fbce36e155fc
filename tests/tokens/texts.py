# SPDX-License-Identifier: MIT
"""Texts that tell tokenizers apart: awkward pieces in random order, random characters, files of this machine, long runs."""

import pathlib
import random
from collections.abc import Iterator

PIECES = [
    "a", "B", "ab", "Ab", "AB", "aB", "ABc", "word", "Word", "ÀÉ", "àé", "ǅ", "ǅǅa", "ʰ", "日本語", "中", "한국", "नमस्ते", "العربية",
    "e\u0301", "\u0301", "\u0301\u0301", "A\u0301B", "ªº", "1", "12", "123", "1234", "٣", "Ⅷ", "½", "²", " ", "  ", "   ", "\t",
    "\n", "\r", "\r\n", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "'s", "'S", "'ſ", "'t", "'re", "'RE",
    "'ve", "'ll", "'lL", "'m", "'d", "'", "''", "’s", ".", "...", "/", "//", "/\n", "\n/", "!?", "#", "$%", "(", ")", "\"", "{\"a\":",
    "🌍", "👩‍👩‍👧", "🇩🇪", "ſ", "ı", "İ", "ß", "ﬁ", "_", "a_b", "aB1", "x\u0308\u0308y", "<|endoftext|>", "<|im_start|>", "\0", "\x7f", "\ufffd", "\U000e0101",
]
SURROGATES = range(0xD800, 0xE000)


def code_points() -> Iterator[str]:
    return (chr(code) for code in range(0x110000) if code not in SURROGATES)


def joins(random_: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield "".join(random_.choices(PIECES, k=random_.randint(1, 24)))


def random_characters(random_: random.Random, count: int) -> Iterator[str]:
    ranges = [(0, 0x80), (0, 0x250), (0x2b0, 0x370), (0x300, 0x370), (0, 0x3000), (0x3000, 0xa000), (0xac00, 0xd7a4), (0x1f300, 0x1fa00),
              (0xe000, 0x110000)]
    for _ in range(count):
        low, high = random_.choice(ranges)
        codes = (random_.randrange(low, high) for _ in range(random_.randint(1, 40)))
        yield "".join(chr(code) for code in codes if code not in SURROGATES)


def runs(size: int) -> Iterator[str]:
    """What makes naive tokenizers slow."""
    for unit in ("a", "A", " ", "\n", "\t", "0", "!", "中", "é", "\u0301", "ab", "aB", " a", "'s", "\n ", "🌍", "xyzzy", "Á\u0301", "-=", "/\n"):
        yield unit * (size // len(unit))


def files(most: int) -> Iterator[str]:
    """Of this repository and of Python: code, prose, JSON, in pieces of up to 64 KiB, until there are that many bytes."""
    folders = [pathlib.Path(__file__).resolve().parents[2], pathlib.Path(random.__file__).parent, pathlib.Path("/usr/share"),
               pathlib.Path("/usr/include")]
    left = most
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if left <= 0:
                return
            if "build" in path.parts or ".git" in path.parts or path.is_symlink() or not path.is_file():
                continue
            try:
                content = path.read_bytes()[:1 << 22]
            except OSError:
                continue
            if b"\0" in content[:4096]:
                continue
            left -= len(content)
            text = content.decode(errors="replace")
            yield from (text[at:at + 65_536] for at in range(0, len(text), 65_536))
