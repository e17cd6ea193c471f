"""Formulas of translated news, from a table with the plain wording beside each."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import DATA
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_SLOTS = {
    "{name}": r"[“\"‘]?[A-Z][\w’'\-]*(?: (?:(?:al|el|ez|bin|de)-?)?[A-Z][\w’'\-]*){0,3}[”\"’]?",
    "{group}": r"[“\"‘]?(?!The\b)(?:al-|el-)?[A-Z][\w’'\-]*(?: (?:al-)?[A-Z][\w’'\-]*){0,3}[”\"’]?",
    "{word}": r"[\w’'\-]+",
    "{number}": r"\d[\d,.]*",
}
_PRESENT = re.compile(r"[\w'-]+")
COLUMNS = ("id", "pattern", "plain", "severity", "reason", "example", "sound")


@dataclass(frozen=True, slots=True)
class Formula:
    """One row of the table, its pattern in the table's notation."""

    id: str
    written: str
    plain: str
    severity: Severity
    reason: str
    example: str
    sound: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression; it has a group for each slot: ``g1``, ``g2`` and so on."""
        return compile_pattern(self.written)

    @property
    def key_words(self) -> frozenset[str]:
        """Words one of which a text must hold for the formula to occur in it."""
        slots = [slot for slot in self.written.split() if slot not in _SLOTS and slot != ","]
        fixed = [slot.split("/") for slot in slots if not slot.endswith("?")]
        longest = max(fixed, key=lambda slot: min(map(len, slot)))
        return frozenset(word.casefold().replace("’", "'") for word in longest)

    def rewording(self, match: re.Match[str]) -> str | None:
        """Return the plain wording for a match, None where the table gives none."""
        if not self.plain:
            return None
        filled = re.sub(r"\{(\d+)\}", lambda m: match[f"g{m[1]}"] or "", self.plain)
        filled = " ".join(filled.split()).strip('“”"' if self.plain.strip() == filled else "")
        first = match.group()[0]
        return filled[:1].upper() + filled[1:] if first.isupper() and filled else filled


@cache
def compile_pattern(written: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern in the table's notation.

    Slots are separated by spaces; ``a/b`` are alternatives, a final ``?`` makes a slot optional,
    ``{name}``, ``{word}`` and ``{number}`` stand for any such, ``{group}`` for an armed group or a
    party that the knowledge base knows.
    """
    expression = ""
    led = False  # whether a slot that must match came before
    for number, slot in enumerate(written.split(), 1):
        word = slot.removesuffix("?")
        body = f"(?P<g{number}>{_SLOTS.get(word) or _either(word)})"
        gap = r"\s+" if led and word != "," else ""
        if not slot.endswith("?"):
            expression += gap + body
            led = True
        elif led:
            expression += f"(?:{gap}{body})?"
        else:
            expression += rf"(?:{body}\s+)?"
    return re.compile(rf"(?<![\w’'\-]){expression}(?![\w\-]|[’'](?=\w))")


def _either(slot: str) -> str:
    words = (re.sub("['’]", "['’]", re.escape(word)) for word in slot.split("/"))
    return f"(?i:{'|'.join(words)})"


@cache
def table() -> tuple[Formula, ...]:
    """Return the shipped formulas."""
    with (DATA / "formulas.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Formula(
            id=row["id"],
            written=row["pattern"],
            plain=row["plain"],
            severity=Severity(row["severity"]),
            reason=row["reason"],
            example=row["example"],
            sound=row["sound"],
        )
        for row in rows
    )


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield every match of every formula."""
    text = document.text.casefold().replace("’", "'")
    present = set(_PRESENT.findall(text))
    for formula in table():
        # Most formulas are never compiled: no word of theirs is in the text.
        if present.isdisjoint(formula.key_words):
            continue
        for match in formula.pattern.finditer(document.text):
            if "\n\n" in match.group() or not _of_groups(formula, match, evidence):
                continue
            span = Span(match.start(), match.end())
            plain = formula.rewording(match)
            edits = () if plain is None else (Suggestion(span, plain, formula.reason, 0.8),)
            yield Finding(
                check=CHECK.name,
                category=Category.STYLE,
                severity=formula.severity,
                span=span,
                message=f"“{match.group()}”: {formula.reason}",
                confidence=0.8,
                suggestions=edits,
                evidence={"formula": formula.id},
            )


def _of_groups(formula: Formula, match: re.Match[str], evidence: Evidence) -> bool:
    """Whether each ``{group}`` slot holds the name of a known armed group or party."""
    return all(
        any(
            mention.kind in ("armed-group", "party")
            and mention.span.overlaps(Span(*match.span(f"g{number}")))
            for mention in evidence.mentions
        )
        for number, slot in enumerate(formula.written.split(), 1)
        if slot == "{group}"
    )


CHECK = Check(
    name="formula",
    category=Category.STYLE,
    severity=Severity.MINOR,
    summary="a fixed phrase of the source language, put into English word by word",
    why=(
        "News in every language has set phrases. Translated word by word they are not wrong in "
        "grammar, but no English editor would print them, and they mark the whole text as "
        "unedited. Each row of the table has its plain wording."
    ),
    find=find,
    flagged=(
        Example(
            "The embassy denied the report [[at its official Facebook page]] late on Sunday.",
            "The embassy denied the report on its official Facebook page late on Sunday.",
        ),
        Example(
            "The convoy left the port [[on the day of yesterday]] without an escort.",
            "The convoy left the port yesterday without an escort.",
        ),
        Example(
            "Shelling was heard [[in the course of the day of Friday]] near the bridge.",
            "Shelling was heard on Friday near the bridge.",
        ),
        Example(
            "Soldiers began a [[combing operation]] in the palm groves.",
            "Soldiers began a sweep operation in the palm groves.",
        ),
        Example(
            "Two soldiers and [[a Daesh element]] were killed.",
            "Two soldiers and a Daesh fighter were killed.",
        ),
        Example(
            "The trap was laid for [[Daesh elements]] near the dam.",
            "The trap was laid for Daesh fighters near the dam.",
        ),
    ),
    sound=(
        "The minister denied the report on his official Facebook page.",
        "The organization said that its doctors had left the camp.",
        "The clinic has been closed in the recent period of rain.",
        "Volunteers were combing the beach for bottles.",
        "The elements were against them, and the boat sank.",
        "It is worth the price, the paper said of the new museum.",
    ),
    needs_names=True,
)
