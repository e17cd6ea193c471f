"""Letters of two scripts in one word, and words or marks of another script in the sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_LATIN = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_OTHER = (
    r"\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u0590-\u05ff\u0600-\u06ff\u0750-\u077f"
    r"\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff\u1200-\u137f\u1780-\u17ff\u3040-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\ufb50-\ufdff\ufe70-\ufeff"
)
_FOREIGN = re.compile(rf"[{_OTHER}](?:[{_OTHER} ]*[{_OTHER}])?")
_MIXED = re.compile(rf"[{_LATIN}{_OTHER}]+")
_IN_BRACKETS = re.compile(
    r"\([^()\n]{1,200}\)|\[[^\[\]\n]{1,200}\]|“[^“”\n]{1,400}”|\"[^\"\n]{1,400}\"|«[^«»\n]{1,400}»"
)
# Letters that look alike (Unicode confusables, the ones that typists and OCR mix up).
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",
    "ABESIJKMHOPCTXYaesijopcxydhABEZHIKMNOPTYXov",
)
_MARKS = {
    "،": ",", "؛": ";", "؟": "?", "。": ".", "、": ",", "，": ",", "；": ";", "：": ":", "？": "?",
    "！": "!", "（": "(", "）": ")", "％": "%", "「": "“", "」": "”", "《": "“", "》": "”",
}  # fmt: skip
_MARK = re.compile(rf"[{''.join(_MARKS)}]|[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]+")


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield mixed words, foreign marks and digits, then foreign words outside of brackets."""
    text = document.text
    if text.isascii():
        return
    taken: list[Span] = []
    for match in _MIXED.finditer(text):
        word = match.group()
        if not word.isascii() and _mixed(word):
            taken.append(Span(*match.span()))
            yield _mixed_word(taken[-1], word)
    shown = [Span(*match.span()) for match in _IN_BRACKETS.finditer(text)]
    for match in _MARK.finditer(text):
        span = Span(*match.span())
        if _stands_in_foreign(text, span) and any(s.contains(span) for s in shown):
            continue
        taken.append(span)
        yield _mark(text, span)
    for match in _FOREIGN.finditer(text):
        span = Span(*match.span())
        letters = sum(character.isalpha() for character in match.group())
        # One Greek letter is a symbol; what is shown in brackets or quotes is shown on purpose.
        symbol = letters < 2 and "\u0370" <= match.group()[0] <= "\u03ff"
        if letters and not symbol and not any(s.overlaps(span) for s in (*taken, *shown)):
            yield Finding(
                check=CHECK.name,
                category=Category.UNTRANSLATED,
                severity=Severity.MAJOR,
                span=span,
                message=f"“{match.group()}” is left in the script of the source; it wants English",
                confidence=0.85,
            )


def _mixed(word: str) -> bool:
    """Whether Latin letters stand next to letters of another script; one Greek one is a symbol."""
    latin = re.findall(rf"[{_LATIN}]", word)
    other = [character for character in word if re.match(rf"[{_OTHER}]", character)]
    letters = [character for character in other if character.isalpha()]
    greek = all("\u0370" <= character <= "\u03ff" for character in letters)
    return bool(latin) and bool(letters) and not (greek and min(len(letters), len(latin)) < 2)


def _mixed_word(span: Span, word: str) -> Finding:
    plain = word.translate(_ALIKE)
    edits: tuple[Suggestion, ...] = ()
    if not re.search(rf"[{_OTHER}]", plain):
        edits = (Suggestion(span, plain, "the same letters, all Latin", 0.95, safe=True),)
    return Finding(
        check=CHECK.name,
        category=Category.UNTRANSLATED,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{word}” mixes letters of two scripts; searches will not find it",
        confidence=0.95,
        suggestions=edits,
    )


def _stands_in_foreign(text: str, span: Span) -> bool:
    around = text[max(0, span.start - 2) : span.end + 2]
    return bool(re.search(rf"[{_OTHER}]", around.replace(span.of(text), "")))


def _mark(text: str, span: Span) -> Finding:
    written = span.of(text)
    if written in _MARKS:
        plain = _MARKS[written]
        if plain in ",;:?!." and text[span.end : span.end + 1].isalpha():
            plain += " "
    else:
        plain = "".join(str(unicodedata.digit(character)) for character in written)
    return Finding(
        check=CHECK.name,
        category=Category.PUNCTUATION,
        severity=Severity.MINOR,
        span=span,
        message=f"“{written}” belongs to another script; English has “{plain.strip()}”",
        confidence=0.9,
        suggestions=(Suggestion(span, plain, "the English character", 0.9, safe=True),),
    )


CHECK = Check(
    name="mixed-script",
    category=Category.UNTRANSLATED,
    severity=Severity.MAJOR,
    summary="letters, words or marks of another script",
    why=(
        "A translation system copies what it cannot translate. A source word stays in its own "
        "script, its comma or its digits come along, or a Latin word keeps a Cyrillic letter that "
        "looks the same and that no search finds."
    ),
    find=find,
    flagged=(
        Example(
            "The [[Кremlin]] said nothing about the talks.",
            "The Kremlin said nothing about the talks.",
        ),
        Example(
            "The governor of [[Аleppo]] opened the market.",
            "The governor of Aleppo opened the market.",
        ),
        Example("The ministry of [[الدفاع]] denied the report on Friday."),
        Example(
            "He arrived on Monday[[،]] and left the same day.",
            "He arrived on Monday, and left the same day.",
        ),
        Example(
            "The fire killed [[٢٠]] people in the market.",
            "The fire killed 20 people in the market.",
        ),
        Example("The company [[华为]] opened an office in Lagos."),
        Example(
            "Exports rose by a tenth[[，]]imports fell.",
            "Exports rose by a tenth, imports fell.",
        ),
    ),
    sound=(
        "The movement (الحراك) began in the south.",
        "The paper is called “Новая газета”, and it comes out on Mondays.",
        "The study measured TNF-α and β-carotene, in µg.",
        "The president of Côte d’Ivoire met Recep Tayyip Erdoğan in İzmir.",
        "Zoë Kravitz and Łukasz Piszczek were there, 20 °C or not.",
        "The sign read “出口” (way out).",
    ),
)
