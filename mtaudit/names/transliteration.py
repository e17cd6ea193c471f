"""Spellings and source names as the romanisation model reads them, and the model of a language.

numpy is loaded with the first model: most texts hold no name that one must weigh.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from mtaudit.paths import models

if TYPE_CHECKING:
    from mtaudit.names.multigram import Transliterator

_MARKS = re.compile("[\u064b-\u0652\u0640\u200c]")
_SPELLED = {"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
            "ı": "i", "ə": "a", "ŋ": "n", "ħ": "h"}  # fmt: skip
_MODELS = {"ar": "arabic", "fa": "arabic", "ur": "arabic", "ps": "arabic", "ckb": "arabic",
           "ru": "russian", "uk": "russian", "be": "russian", "bg": "russian"}  # fmt: skip


def fold_spelling(spelling: str) -> str:
    """Return the letters a to z of a Latin spelling, case folded, accents gone."""
    decomposed = unicodedata.normalize("NFKD", spelling.casefold())
    letters = "".join(_SPELLED.get(letter, letter) for letter in decomposed)
    return "".join(letter for letter in letters if "a" <= letter <= "z")


def fold_source(name: str) -> str:
    """Return a source-script name without vowel marks, case folded."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name.casefold())).replace(" ", "")


@cache
def transliterator(language: str) -> Transliterator | None:
    """Return the model of a language (ISO 639), or None when there is none for its script.

    Raises:
        NamesError: the model file is missing or broken.

    """
    name = _MODELS.get(language)
    if name is None:
        return None
    from mtaudit.names.multigram import read

    return read(models() / "romanisation" / f"{name}.safetensors")
