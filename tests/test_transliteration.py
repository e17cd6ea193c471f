"""The romanisation model and the spelling index against slow, obvious implementations."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from mtaudit.errors import NamesError
from mtaudit.names.multigram import LONGEST_CHUNK, Transliterator, read
from mtaudit.names.retrieval import ranked
from mtaudit.names.romanise import alike, skeleton
from mtaudit.names.spelling_index import SpellingIndex
from mtaudit.names.transliteration import fold_spelling, transliterator

CHUNKS = ["", "a", "b", "c", "ab", "ba", "ca", "abc"]


def small(seed: int = 0) -> Transliterator:
    rng = np.random.default_rng(seed)
    shapes = {
        "embed": (6, 4), "first": (20, 5), "first_bias": (5,), "second": (15, 5),
        "second_bias": (5,), "out": (5, len(CHUNKS)), "out_bias": (len(CHUNKS),),
    }  # fmt: skip
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return Transliterator(weights, ["ا", "ب", "ت", "ث"], CHUNKS)


def brute(model: Transliterator, name: str, spelling: str) -> float:
    """Sum over every way to give each letter a chunk."""
    chances = model.chances(name)
    ways = [
        sum(float(chances[letter][chunk]) for letter, chunk in enumerate(choice))
        for choice in product(range(len(CHUNKS)), repeat=len(chances))
        if "".join(CHUNKS[chunk] for chunk in choice) == spelling
    ]
    return float(np.logaddexp.reduce(ways)) if ways else -math.inf


@pytest.mark.parametrize("spelling", ["", "a", "ab", "abca", "bac", "caabc"])
def test_a_spelling_sums_over_all_its_cuts(spelling: str) -> None:
    model = small()
    (found,) = model.logprobs("ابت", [spelling])
    expected = brute(model, "ابت", spelling)
    if math.isinf(expected):
        assert found < -1000
    else:
        assert found == pytest.approx(expected, abs=1e-4)


def test_spellings_in_one_call_do_not_touch_each_other() -> None:
    model = small(3)
    together = model.logprobs("بتث", ["a", "abcab", "ba"])
    alone = [model.logprobs("بتث", [spelling])[0] for spelling in ("a", "abcab", "ba")]
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_beam_finds_the_likeliest_spelling() -> None:
    model = small(1)
    every = {"".join(choice) for choice in product(CHUNKS, repeat=2)}
    best = max(every, key=lambda spelling: brute(model, "اب", spelling))
    found, value = model.spellings("اب", 1)[0]
    assert found == best
    assert value == pytest.approx(brute(model, "اب", best), abs=1e-4)


@pytest.mark.parametrize(
    ("language", "name", "likely", "unlikely"),
    [
        ("ar", "الدبيبة", "Aldabaiba", "Albaraka"),
        ("ar", "البغدادي", "Albagdady", "Bagram"),
        ("fa", "جعفری", "Jafari", "Jabari"),
        ("ru", "Медведев", "Medwedew", "Medvinsky"),
        ("uk", "Гончаренко", "Honcharenko", "Kovalenko"),
    ],
)
def test_shipped_models_know_romanisations(
    language: str, name: str, likely: str, unlikely: str
) -> None:
    model = transliterator(language)
    assert model is not None
    a, b = model.logprobs(name, [likely, unlikely])
    assert a > b + 3
    assert a / len(likely) > -1.2


def test_no_model_for_a_language_without_one() -> None:
    assert transliterator("th") is None


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_a_broken_model_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NamesError, match=r"x\.safetensors is no romanisation model"):
        read(path)


def test_spellings_are_folded() -> None:
    assert fold_spelling("Şafak-Łódź ʿAbd") == "safaklodzabd"
    assert LONGEST_CHUNK == 3


names = st.text(alphabet="abdfghkmnrstz", min_size=2, max_size=8)


@given(st.lists(names, min_size=1, max_size=30, unique=True), names, st.integers(0, 2))
def test_the_index_finds_what_a_scan_finds(held: list[str], asked: str, slack: int) -> None:
    index = SpellingIndex.of((name, name) for name in held)
    consonants = skeleton(asked)
    if not consonants:
        return
    found = {spelling for spelling, _ in index.near(consonants, slack)}
    expected = {
        name
        for name in held
        if (key := skeleton(name))
        and (alike(key[0], consonants[0]) if slack else True)
        and Levenshtein.distance(key, consonants) <= slack
    }
    assert found == expected


def test_regions_are_kept_apart() -> None:
    rows = {"SYr2": [("rk", "Raqqa", "x")], "r2": [("rk", "Rico", "y")]}
    index = SpellingIndex(lambda bucket: rows.get(bucket, ()))
    assert [whose for _, whose in index.near("rk")] == ["y"]
    assert {whose for _, whose in index.near("rk", regions=("", "SY"))} == {"x", "y"}


def test_names_are_found_by_their_source() -> None:
    model = transliterator("ar")
    assert model is not None
    spellings = ["Hawija", "Havana", "Hodeida", "Mosul", "Masoud"]
    index = SpellingIndex.of((name, name) for name in spellings)
    assert ranked("الموصل", index, model)[0][0] == "Mosul"
    assert ranked("الحويجة", index, model)[0][0] == "Hawija"
