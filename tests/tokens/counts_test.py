# SPDX-License-Identifier: MIT
"""The gateway counts tokens as tiktoken does, to the last one, and whatever parts a text comes in.

LLMGW_TOKENS=whole asks for the long form: 100 MB of files and 10^6 random texts.
"""

import itertools
import os
import random

import pytest
from tokens import reference, texts

IS_WHOLE = os.environ.get("LLMGW_TOKENS") == "whole"
BYTES_OF_FILES = 100 << 20 if IS_WHOLE else 4 << 20
RANDOM_TEXTS = 1_000_000 if IS_WHOLE else 40_000
SEED = 20261130

pytestmark = pytest.mark.timeout(3600 if IS_WHOLE else 120)


@pytest.fixture(scope="module", params=["cl100k", "o200k"])
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def tiktoken(name):
    return reference.encoding(name)


def differences(tiktoken, name: str, all_texts, cut: int | None = None) -> list[tuple[str, int, int]]:
    """The first few, in parcels so that memory is bounded."""
    found = []
    all_texts = iter(all_texts)
    while parcel := list(itertools.islice(all_texts, 20_000)):
        counted = reference.counts(name, [text.encode() for text in parcel], cut)
        wanted = [len(tiktoken.encode_ordinary(text)) for text in parcel]
        assert len(counted) == len(wanted)
        found += [(text[:200], want, count) for text, want, count in zip(parcel, wanted, counted) if want != count]
    return found[:5]


@pytest.mark.parametrize("context", ["a{0} {0}{0}b", "{0}A1 .{0}"])
def test_every_code_point(tiktoken, name, context):
    each = (context.format(character) for character in texts.code_points())
    several = iter(lambda: "".join(itertools.islice(each, 1 if IS_WHOLE else 16)), "")
    assert differences(tiktoken, name, several) == []


def test_awkward_pieces(tiktoken, name):
    assert differences(tiktoken, name, texts.joins(random.Random(SEED), RANDOM_TEXTS)) == []


def test_random_characters(tiktoken, name):
    assert differences(tiktoken, name, texts.random_characters(random.Random(SEED), RANDOM_TEXTS)) == []


def test_long_runs(tiktoken, name):
    sizes = (95, 96, 97, 98, 1_000, 5_000) if not IS_WHOLE else (95, 96, 97, 98, 1_000, 100_000)
    for size in sizes:
        assert differences(tiktoken, name, texts.runs(size)) == [], size


def test_files(tiktoken, name):
    assert differences(tiktoken, name, texts.files(BYTES_OF_FILES)) == []


def test_cuts(name):
    some = [text.encode() for text in itertools.chain(texts.joins(random.Random(1), 2_000), texts.runs(10_000))]
    whole = reference.counts(name, some)
    for cut in (1, 2, 3, 5, 7, 61, 4_095, 4_097):
        assert reference.counts(name, some, cut) == whole, cut


def test_bytes_that_are_no_characters(tiktoken, name):
    random_ = random.Random(SEED)
    broken = [bytes(random_.choices(b"a \xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d\xed\xa0\x80\xff\xc0\x80", k=random_.randint(1, 20)))
              for _ in range(20_000)]
    wanted = [len(tiktoken.encode_ordinary(text.decode(errors="replace"))) for text in broken]
    for cut in (None, 1, 2, 3):
        assert reference.counts(name, broken, cut) == wanted, cut
