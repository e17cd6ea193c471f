"""An article before a name that takes none, or none before a name that takes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import line_list, word_list
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.names.countries import countries_in, country_forms
from mtaudit.names.cues import CUES
from mtaudit.text.words import stem

_ARTICLE = re.compile(r"(?<![\w’'-])[Tt]he \Z")
# "the Syria talks", "the Iraq that he knew", "the Baghdad of old" are sound: the noun phrase must
# end with the name.
_ENDS = re.compile(
    r"(?=[.,;:)](?!\w)|\s*\Z| (?:is|was|has|had|will|were|are|in|on|at|by|to|from|after"
    r"|before|during|since|"
    r"said|says|until|because|when|where|while|through)\b)"
)
_ENDS_OR_GOES_ON = re.compile(rf"{_ENDS.pattern}| (?:and|or|with|for|as)\b")
_PREPOSITIONS = "in|of|from|to|by|with|against|across|near|into|between|for|along|via|outside"


@cache
def _bare_names() -> re.Pattern[str]:
    names = sorted(line_list("names-with-article"), key=len, reverse=True)
    return re.compile(
        rf"\b(?:{_PREPOSITIONS}) (?P<name>{'|'.join(map(re.escape, names))})(?![\w’'-])"
    )


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield "the" before countries and cities, then bare names that English gives an article."""
    text = document.text
    if "he " in text:
        yield from _superfluous(document, evidence)
    for match in _bare_names().finditer(text):
        span = Span(*match.span("name"))
        sentence = document.segment_at(span.start)
        # Headlines leave articles out.
        headline = sentence is None or document[sentence.span].rstrip('”" ')[-1:] not in ".?!,:;"
        if not headline and _ENDS_OR_GOES_ON.match(text, span.end):
            yield _finding(
                span,
                f"“{match['name']}” takes an article in English: “the {match['name']}”",
                f"the {match['name']}",
            )


def _superfluous(document: Document, evidence: Evidence) -> Iterator[Finding]:
    text = document.text
    cities = [m.span for m in evidence.mentions if m.kind in ("city", "province")]
    countries, known = _country_names(), word_list("names-either-way")
    for span in (*cities, *(s for s, _ in countries_in(text) if s.of(text) in countries)):
        name = document[span]
        # "the UK" stands for a name with an article, as abbreviations of states do.
        # A region's generic noun ("the Donetsk region") takes one too.
        if not name[0].isupper() or "." in name or not _alone(name):
            continue
        if name in line_list("names-with-article") or not known.isdisjoint(name.split()):
            continue
        article = _ARTICLE.search(text[max(0, span.start - 5) : span.start])
        if article is None or not _ENDS.match(text, span.end):
            continue
        whole = Span(span.start - 4, span.end)
        yield _finding(whole, f"“{name}” takes no article in English", name)


def _alone(name: str) -> bool:
    """Whether a name is neither an abbreviation nor ended by what it is: "Donetsk Region"."""
    last = name.split()[-1]
    return last.istitle() and stem(last) not in CUES["province"] | CUES["city"] | CUES["landmark"]


@cache
def _country_names() -> frozenset[str]:
    """Return the names of countries that are no adjectives: "Syria", not "Syrian"."""
    adjective = re.compile(r"(?:ian|an|ese|ish|i|ch|ic)s?\Z")
    return frozenset(
        form for form in country_forms() if form[0].isupper() and not adjective.search(form)
    )


def _finding(span: Span, message: str, plain: str) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.GRAMMAR,
        severity=Severity.MINOR,
        span=span,
        message=message,
        confidence=0.85,
        suggestions=(Suggestion(span, plain, "the article that the name takes", 0.85),),
    )


CHECK = Check(
    name="name-article",
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    summary="an article too many or too few before a name",
    why=(
        "Arabic writes an article before many names, Russian and Chinese have none at all. In "
        "English some names take “the” (the Netherlands, the Euphrates) and most do not; the "
        "wrong choice shows at once that nobody has read the translation."
    ),
    find=find,
    flagged=(
        Example(
            "The envoy flew to [[the Syria]] on Monday.",
            "The envoy flew to Syria on Monday.",
        ),
        Example(
            "The soldiers came back from [[the Mosul]] in May.",
            "The soldiers came back from Mosul in May.",
        ),
        Example(
            "He lives in [[United States]] with his family.",
            "He lives in the United States with his family.",
        ),
        Example(
            "Villages along [[Euphrates]] were flooded.",
            "Villages along the Euphrates were flooded.",
        ),
        Example(
            "Exports to [[Netherlands]] were cut, and [[the Germany]] is next.",
            "Exports to the Netherlands were cut, and Germany is next.",
        ),
        Example(
            "The crisis in [[Middle East]] is older than that.",
            "The crisis in the Middle East is older than that.",
        ),
    ),
    sound=(
        "The envoy left the Syria talks on Monday.",
        "The Mosul operation began in autumn, and the Syria of old is gone.",
        "He works for United States Steel and lives in the United States.",
        "The Germany that he knew was another one; the Paris in which he lived is gone.",
        "The Iraq war and the Libya campaign were debated in the Netherlands.",
        "Storm hits villages in Middle East",
        "United Nations officials came from United Nations headquarters.",
    ),
    needs_names=True,
)
