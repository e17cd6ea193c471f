"""Numbers, units and dates in the form of another language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.rules import Rule, findings
from mtaudit.document import Document
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity

_ONES = ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
         "sixteen seventeen eighteen nineteen twenty").split()  # fmt: skip
_WORD_OF = {str(number): word for number, word in enumerate(_ONES, 1)}
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_SCALES = "hundred|thousand|million|billion|trillion"
_SCALE_HINTS = ("hundred", "thousand", "million", "billion", "trillion")
_COUNT = rf"(?:\d[\d,.]*|{'|'.join(_ONES[1:])}|several)"
_PEOPLE = (
    "people|men|women|children|dollars|euros|pounds|rubles|roubles|liras|dinars|riyals|tons|tonnes"
    "|barrels|soldiers|refugees|civilians|citizens|inhabitants|voters|users|visitors|tourists"
    "|students|workers|houses|homes|books|copies|cars|families|fighters|victims|residents"
)


def _same_number(match: re.Match[str]) -> str | None:
    return match["digits"] if _WORD_OF.get(match["digits"]) == match["word"].lower() else None


def _thousands(match: re.Match[str]) -> str | None:
    parts = match.group().split(".")
    address = len(parts) == 4 and all(int(part) <= 255 for part in parts)
    return None if address else ",".join(parts)


def _clock(match: re.Match[str]) -> str:
    return match["time"]


_RULES = (
    Rule(
        _SCALE_HINTS,
        rf"\b(?<![$€£])(?P<count>{_COUNT}) (?P<scale>{_SCALES})s(?: of)? (?={_PEOPLE}\b)",
        "a counted hundred, thousand or million has no plural in English",
        lambda m: f"{m['count']} {m['scale']} ",
        0.9,
    ),
    Rule(
        _SCALE_HINTS,
        rf"(?<![$€£\d.,])\b(?P<count>{_COUNT}) (?P<scale>{_SCALES}) of (?={_PEOPLE}\b)",
        "English counts without “of”",
        lambda m: f"{m['count']} {m['scale']} ",
        0.9,
    ),
    Rule(
        ("percents", "per cents"),
        r"\b(?P<count>\d[\d,.]*) (?P<unit>per ?cent)s\b",
        "“percent” has no plural after a number",
        lambda m: f"{m['count']} {m['unit']}",
        0.95,
        safe=True,
    ),
    Rule(
        ("%",),
        r"\b(?P<count>\d[\d,.]*) ?% ?per ?cent\b",
        "the sign and the word say the same",
        lambda m: f"{m['count']}%",
        0.95,
        safe=True,
    ),
    Rule(
        ("%",),
        r"(?<![\w%/.])%(?P<count>\d{1,3}(?:[.,]\d+)?)\b(?!%)",
        "English puts the sign behind the number",
        lambda m: f"{m['count']}%",
        0.9,
    ),
    Rule(
        ("dollar", "euro", "pound"),
        r"[$€£] ?(?P<count>\d[\d,.]*(?: (?:million|billion|thousand))?) (?:US )?(?:dollars"
        r"|euros|pounds)\b",
        "the currency stands twice",
        lambda m: m.group().rsplit(" US ", 1)[0].rsplit(" dollars", 1)[0].rsplit(" euros", 1)[0]
        .rsplit(" pounds", 1)[0],
        0.9,
    ),
    Rule(
        (" square", " cubic"),
        r"\b(?P<unit>kilomet(?:er|re)s?|km|met(?:er|re)s) (?P<power>square"
        r"|cubic)\b(?! (?:mile|met|kilo|feet|foot))",
        "English puts “square” and “cubic” before the unit",
        lambda m: f"{m['power']} {m['unit']}",
        0.85,
    ),
    Rule(
        ("in ",),
        r"\b[Ii]n (?:the )?(?P<date>\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)\d\d)\b",
        "English has “on” before a day",
        lambda m: ("On " if m.group()[0] == "I" else "on ") + m["date"],
        0.9,
    ),
    Rule(
        ("in ",),
        rf"\b[Ii]n (?P<date>(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?)(?=, ?(?:19|20)\d\d\b"
        rf"|[.;]| of )",
        "English has “on” before a day",
        lambda m: ("On " if m.group()[0] == "I" else "on ") + m["date"],
        0.9,
    ),
    Rule(
        ("in ", "at "),
        rf"\b(?:[Ii]n|[Aa]t) (?P<date>(?:{_DAYS}))(?=[.,;]| (?:and|after|before|evening"
        rf"|morning)\b)",
        "English has “on” before a day of the week",
        lambda m: ("On " if m.group()[0].isupper() else "on ") + m["date"],
        0.8,
    ),
    Rule(
        (" ad",),
        r"\b(?P<year>19\d\d|20[0-3]\d) (?:AD|A\.D\.)(?!\w)",
        "a year of our time needs no era",
        lambda m: m["year"],
        0.9,
    ),
    Rule(
        ("year", *(month.casefold() for month in _MONTHS.split("|"))),
        rf"\b(?P<lead>(?:{_MONTHS})|the year)(?P<gap> )(?P<a>1|2),(?P<b>[09]\d\d)(?=[.;:]"
        rf"|,? [a-z])",
        "a year has no comma",
        lambda m: f"{m['lead']} {m['a']}{m['b']}",
        0.9,
    ),
    Rule(
        tuple(_ONES),
        rf"\b(?P<digits>\d{{1,2}}) (?P<word>{'|'.join(_ONES)})\b(?!-| (?:{_SCALES}|of|each))",
        "the number stands twice",
        _same_number,
        0.9,
    ),
    Rule(
        (".",),
        r"(?<![\w.,/])[1-9]\d{0,2}(?:\.\d{3}){2,}(?![\w/]|\.\d)",
        "English parts thousands with commas; a full stop is the decimal point",
        _thousands,
        0.95,
    ),
    Rule(
        (".000 ",),
        rf"(?<![\w.,/])(?P<a>[1-9]\d{{0,2}})\.000(?= (?:{_PEOPLE})\b)",
        "English parts thousands with commas; a full stop is the decimal point",
        lambda m: f"{m['a']},000",
        0.95,
    ),
    Rule(
        ("s-old", "s old "),
        rf"\b(?P<count>\d{{1,3}}|{'|'.join(_ONES)})(?:-(?P<unit>year|month|week|day)s-old\b| "
        r"(?P<plain>year|month|week|day)s old (?=(?:boy|girl|man|woman|child|student|baby)\b))",
        "an age before a noun is singular and hyphenated",
        lambda m: f"{m['count']}-{m['unit'] or m['plain']}-old" + (" " if m["plain"] else ""),
        0.85,
    ),
    Rule(
        ("o'clock", "o’clock"),
        r"\b(?P<time>\d{1,2}[:.]\d\d) o['’]clock\b",
        "“o’clock” goes with whole hours only",
        _clock,
        0.9,
    ),
    Rule(
        (" pm", " p.m"),
        r"\b(?P<time>(?:1[3-9]|2[0-3])[:.]\d\d) (?:pm\b|p\.m\.)",
        "the hour already says that it is afternoon",
        _clock,
        0.9,
    ),
)  # fmt: skip


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield numbers, units, ages, hours and dates that English writes otherwise."""
    for finding in findings(_RULES, document, CHECK.name, CHECK.category, CHECK.severity):
        if finding.suggestions:  # without an edit the figures only looked alike
            yield finding


CHECK = Check(
    name="number-format",
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    summary="a number, unit or date in the form of another language",
    why=(
        "Languages differ in the plural of “million”, in the sign that parts thousands and in the "
        "preposition of a date. Translation carries the form over: “5 thousands dollars” is "
        "clumsy, and “1.000” is a thousand times too small."
    ),
    find=find,
    flagged=(
        Example(
            "The mayor promised [[5 thousands ]]dollars for the school.",
            "The mayor promised 5 thousand dollars for the school.",
        ),
        Example(
            "The dam cost [[ten million of ]]euros in all.",
            "The dam cost ten million euros in all.",
        ),
        Example("Prices rose by [[3 percents]] in May.", "Prices rose by 3 percent in May."),
        Example(
            "The reserve covers 40 [[kilometers square]] of forest.",
            "The reserve covers 40 square kilometers of forest.",
        ),
        Example(
            "The law was passed [[in 20/11/2016]] after a long debate.",
            "The law was passed on 20/11/2016 after a long debate.",
        ),
        Example(
            "Some [[1.200.000]] people live in the delta.",
            "Some 1,200,000 people live in the delta.",
        ),
        Example("A patrol of [[5 five]] men was lost.", "A patrol of 5 men was lost."),
        Example(
            "The plant opened in the year [[2016 AD]] near the port.",
            "The plant opened in the year 2016 near the port.",
        ),
        Example("The train left at [[17:30 o’clock]].", "The train left at 17:30."),
        Example("The firm kept [[%40]] of the shares.", "The firm kept 40% of the shares."),
    ),
    sound=(
        "Tens of thousands of people marched, and millions watched.",
        "Two million of the refugees came by sea, at a cost of $10 million of public money.",
        "The server at 192.168.100.200 runs version 1.0.10.",
        "In November 20 people died; on November 21, 2016, the road was closed.",
        "The yard is 50 feet square, and a square kilometre is much more.",
        "In Monday’s vote 5.25 percent of 12 one-day tickets went to a man of 30 years.",
        "Rome fell in 410 AD, 1,600 years ago.",
    ),
)
