"""A quotation that cannot join the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_FUNCTION = "the|an|of|and|that|to|in|at|with|for|by|from|which|was|were|has|had|on|it|its|their"
_LONE = re.compile(rf"[“\"](?P<word>{_FUNCTION})[,.]?[”\"](?=[\s.,;:!?]|\Z)")
# "the word “the”": a word that is talked about is shown in quotation marks.
_ABOUT = re.compile(
    r"(?:\b(?:words?|articles?|letters?|prepositions?|pronouns?|grades?|verbs?|terms?"
    r"|say(?:s|ing)?|said|than|an?"
    r"|called|spell\w*|with|like|is|use|using|or|and)|[”\"],?(?: and| or)?)\s?\Z"
)
_CUT_END = re.compile(
    r"(?<=[a-z] )(?P<word>the|a|an|and|my|our|your|whose)(?P<mark>[”\"])(?=[\s.,;])"
)
_VERB_AFTER_ARTICLE = re.compile(
    r"\b(?P<article>the|a|an|of|his|her|its|their|this|these|by|from|with) [“\"]"
    r"(?P<verb>is|are|was|were|has been|have been|had been|will be|would be|has|had|did not"
    r"|does not)\b(?= [a-z])"
)
_NO_VERB = re.compile(
    r"[,.!?][”\"] (?P<who>(?:the|a|an|its|their|his|her) (?:[a-zA-Z’-]+ ){0,3}(?P<head>[a-z]+))\.\Z"
)


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield quotations of a function word, cut off ones, misjoined ones and bare attributions."""
    text = document.text
    for segment in document.segments:
        start, end = segment.span.start, segment.span.end
        if "”" not in (sentence := document[segment.span]) and '"' not in sentence:
            continue
        straight = sentence.count('"') % 2
        lone = list(_LONE.finditer(text, start, end))
        # Two such words in one sentence are words that it talks about.
        for match in lone if len(lone) == 1 and not straight else ():
            if not _ABOUT.search(text[max(0, match.start() - 24) : match.start()]):
                edit = Suggestion(Span(*match.span()), match["word"], "no quotation marks", 0.8)
                yield _finding(
                    match.span(),
                    f"“{match['word']}” alone is quoted; nobody quotes such a word",
                    edit,
                )
        for match in _CUT_END.finditer(text, start, end):
            if _closes(text, match.start("mark"), start):
                yield _finding(
                    (match.start("word"), match.end()),
                    f"the quotation breaks off at “{match['word']}”; a noun is expected inside it",
                )
        for match in _VERB_AFTER_ARTICLE.finditer(text, start, end):
            yield _finding(
                match.span(),
                f"the quotation begins with “{match['verb']}”, which cannot follow "
                f"“{match['article']}”; a noun is expected",
            )
        yield from _bare(document, segment)


def _closes(text: str, position: int, start: int) -> bool:
    """Whether the mark at ``position`` ends a quotation of several words."""
    if text[position] == '"' and text.count('"', start, position) % 2 == 0:
        return False
    opened = max(text.rfind("“", start, position), text.rfind('"', start, position))
    return opened >= start and len(text[opened:position].split()) >= 3


def _bare(document: Document, segment: Segment) -> Iterator[Finding]:
    """Yield a speaker behind a quotation without a verb: “…,” the minister."""
    match = _NO_VERB.search(document[segment.span])
    if match is None:
        return
    head = match["head"]
    heads = word_list("human-nouns") | word_list("organisation-nouns")
    others = match["who"].split()[1:-1]
    if head in heads and not any(word.endswith(("ed", "id", "s")) for word in others):
        start = segment.span.start
        yield _finding(
            (start + match.start("who"), start + match.end("who")),
            f"“{match['who']}” stands behind a quotation without a verb; “said” is expected",
            Suggestion(
                Span(start + match.start("who"), start + match.end("who")),
                f"{match['who']} said",
                "a verb for the speaker",
                0.7,
            ),
        )


def _finding(bounds: tuple[int, int], message: str, edit: Suggestion | None = None) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.GRAMMAR,
        severity=Severity.MINOR,
        span=Span(*bounds),
        message=message,
        confidence=0.75,
        suggestions=() if edit is None else (edit,),
    )


CHECK = Check(
    name="dangling-quotation",
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    summary="a quotation that cannot join the sentence around it",
    why=(
        "A translation system moves quotation marks as it moves words. The quotation then begins "
        "with a verb where a noun should follow, breaks off before its noun, or holds a lone “of”, "
        "and the verb of saying is lost."
    ),
    find=find,
    flagged=(
        Example(
            "The minister spoke [[“of”]] a new plan for the harbour.",
            "The minister spoke of a new plan for the harbour.",
        ),
        Example("He warned that “all the people of [[the”]] would suffer."),
        Example("Officials praised [[the “is]] building new schools” programme."),
        Example(
            "“The harbour will be open in May,” [[the minister]].",
            "“The harbour will be open in May,” the minister said.",
        ),
        Example("The union called it “an attack on [[our”]], and left."),
        Example(
            "“No one was hurt,” [[the head of the council]].",
            "“No one was hurt,” the head of the council said.",
        ),
        Example("He spoke [[of “was]] destroyed by the flood” villages."),
    ),
    sound=(
        "The minister spoke of “a new plan” for the harbour.",
        "The word “the” is the most common one, before “of” and “to”.",
        "“The harbour will be open in May,” the minister said.",
        "He said the plan “is building on sand”.",
        "They got what they “asked for”, said the teacher.",
        "The film “Is Anybody There?” was shown in May.",
    ),
)
