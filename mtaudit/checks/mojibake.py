"""Characters that were read in the wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_LOST = re.compile(r"[^\W\d_]*\ufffd+[^\W\d_]*|\ufffd+")
_LOST_APOSTROPHE = re.compile(r"(?P<before>[a-z])[\ufffd?](?P<after>s|t|re|ve|ll|d|m)(?![\w?])")
_QUERY = re.compile(r"[a-z]+(?:n\?t|[a-rt-z]\?s|e\?re|e\?ve|[eyu]\?ll)(?= [a-z])")
_CUT_QUOTE = "â€"  # the third byte of a closing quotation mark is no character of windows-1252


def _byte(value: int) -> str:
    raw = bytes((value,))
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@cache
def _bytes() -> dict[str, int]:
    return {_byte(value): value for value in range(0x80, 0x100)}


@cache
def _pattern() -> re.Pattern[str]:
    """Return what matches UTF-8 sequences whose bytes were each read as one character."""

    def one_of(low: int, high: int) -> str:
        return "[" + "".join(re.escape(_byte(value)) for value in range(low, high)) + "]"

    more = one_of(0x80, 0xC0)
    pairs, threes, fours = one_of(0xC2, 0xE0), one_of(0xE0, 0xF0), one_of(0xF0, 0xF5)
    return re.compile(f"(?:{pairs}{more}|{threes}{more}{{2}}|{fours}{more}{{3}})+")


def _repaired(garbled: str) -> str | None:
    """Return the text whose UTF-8 bytes were read as windows-1252, None where there is none."""
    try:
        return bytes(_bytes()[character] for character in garbled).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield misread sequences with their repair, then signs of characters that were lost."""
    text = document.text
    if text.isascii() and "?" not in text:
        return
    if not text.isascii():
        for match in _pattern().finditer(text):
            plain = _repaired(match.group())
            if plain is None or not _sure(match.group(), plain):
                continue
            deeper = _repaired(plain) if len(plain) > 1 else None
            yield _misread(Span(*match.span()), match.group(), deeper or plain)
        yield from _cut_quotes(text)
        for match in _LOST.finditer(text):
            yield _lost(match)
    for match in _QUERY.finditer(text) if "?" in text else ():
        query = match.start() + match.group().index("?")
        at = Span(query, query + 1)
        yield Finding(
            check=CHECK.name,
            category=Category.PUNCTUATION,
            severity=Severity.MINOR,
            span=Span(*match.span()),
            message=f"“{match.group()}” has a question mark in the place of an apostrophe",
            confidence=0.85,
            suggestions=(Suggestion(at, "’", "an apostrophe was lost", 0.85),),
        )


def _cut_quotes(text: str) -> Iterator[Finding]:
    position = text.find(_CUT_QUOTE)
    while position >= 0:
        if not _pattern().match(text, position):
            yield _misread(Span(position, position + 2), _CUT_QUOTE, "”")
        position = text.find(_CUT_QUOTE, position + 2)


def _sure(garbled: str, plain: str) -> bool:
    # "CAFÉ”" spells a Latin letter of phonetics; one letter alone is believed of Western Europe
    # and of the signs that are three bytes long.
    return len(plain) > 1 or garbled[0] in "ÂÃâï" or len(garbled) > 3


def _misread(span: Span, garbled: str, plain: str) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.PUNCTUATION,
        severity=Severity.MINOR,
        span=span,
        message=f"“{garbled}” is “{plain}” read in the wrong encoding",
        confidence=0.95,
        suggestions=(Suggestion(span, plain, "UTF-8 read as windows-1252", 0.95, safe=True),),
    )


def _lost(match: re.Match[str]) -> Finding:
    span = Span(*match.span())
    apostrophe = _LOST_APOSTROPHE.search(match.group())
    edits: tuple[Suggestion, ...] = ()
    if apostrophe is not None and apostrophe.end() == len(match.group()):
        plain = f"{match.group()[: apostrophe.start('before') + 1]}’{apostrophe['after']}"
        edits = (Suggestion(span, plain, "an apostrophe was lost", 0.85),)
    return Finding(
        check=CHECK.name,
        category=Category.PUNCTUATION,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{match.group()}” holds the sign for a character that was lost",
        confidence=0.95,
        suggestions=edits,
    )


CHECK = Check(
    name="mojibake",
    category=Category.PUNCTUATION,
    severity=Severity.MINOR,
    summary="characters read in the wrong encoding, or lost",
    why=(
        "A step of a translation pipeline that reads UTF-8 as another encoding turns one accented "
        "letter or quotation mark into two or three odd characters. The bytes tell which one it "
        "was, unless a question mark or U+FFFD has taken its place."
    ),
    find=find,
    flagged=(
        Example(
            "The mayor of [[Ã‰]]vreux said the road [[â€œ]]will be open soon[[â€]] again.",
            "The mayor of Évreux said the road “will be open soon” again.",
        ),
        Example(
            "The café in Montr[[Ã©]]al was closed.",
            "The café in Montréal was closed.",
        ),
        Example(
            "The union[[â€™]]s leader left the talks early.",
            "The union’s leader left the talks early.",
        ),
        Example(
            "The [[minister\ufffds]] office was searched.",
            "The minister’s office was searched.",
        ),
        Example("He was born in [[M\ufffdnchen]] and lives in Leipzig."),
        Example(
            "Officials [[don?t]] know when the bridge will open again.",
            "Officials don’t know when the bridge will open again.",
        ),
        Example(
            "The letter was signed [[ÐœÐ¸Ð½Ð°]] and sent by train.",
            "The letter was signed Мина and sent by train.",
        ),
    ),
    sound=(
        "The prime minister of Côte d’Ivoire met Zoë Müller in São Paulo.",
        "They sat in the “CAFÉ” until ten.",
        "It cost £20 – about €23 – and weighed ½ kg.",
        "What? So the mayor asked twice.",
        "The town of Şanlıurfa lies near Gaziantep.",
        "It was 30° in Málaga; “voilà”, said the guide.",
    ),
)
