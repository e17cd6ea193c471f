"""Datelines, credits and the furniture of a web page inside an article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.rules import Rule, findings
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_SITES = (
    "Facebook|Twitter|Telegram|Instagram|YouTube|Youtube|WhatsApp|Whatsapp|TikTok|LinkedIn|"
    "VKontakte"
)
_SITE_HINTS = tuple(dict.fromkeys(site.casefold() for site in _SITES.split("|")))
_FURNITURE = "belongs to the page the article stood on, not to the article"
_CREDIT = "is an agency's mark, not a part of the sentence"

_RULES = (
    Rule(
        _SITE_HINTS,
        rf"\b(?i:follow|like|join|find) (?:us|our [a-z]+|RT|[A-Z]\w+) (?:on|at"
        rf"|in) (?:our )?(?:{_SITES})\b",
        _FURNITURE,
    ),
    Rule(
        _SITE_HINTS,
        rf"(?m)(?:^|(?<=[.!?”\"] ))(?:Share|Tweet|Post|Send)(?: this)?(?: (?:article|story"
        rf"|news|page))?(?: (?:on|via|to)) (?:{_SITES})\b",
        _FURNITURE,
    ),
    Rule(
        ("read also", "read more", "also read", "see also", "watch also", "related article",
         "related news", "more on this", "you may also like", "read on"),
        r"(?m)(?:^|(?<=[.!?”\"] ))(?:Read also|Also read|Read more|See also|Watch also"
        r"|Related (?:articles?|news|stories)|More on this(?: story)?|You may also like)\s?:",
        _FURNITURE,
    ),
    Rule(
        ("photo", "image", "picture", "source", "caption", "editor", "tags", "keywords",
         "translat", "edited by", "credit"),
        r"(?m)(?:^|(?<=[.!?”\"] ))(?:Photos?|Image|Picture|Photo credit|Image credit|Source"
        r"|Caption|Tags|Keywords"
        r"|Editor|Editing|Edited by|Translated by|Translation|Translator)\s?:(?= ?[A-Z@])",
        _FURNITURE,
    ),
    Rule(
        ("rights reserved", "©", "copyright "),
        r"\b(?i:all rights (?:are )?reserved)\b|(?:Copyright )?© ?(?:\d{4}|[A-Z]\w+)"
        r"|\bCopyright (?:19|20)\d\d\b",
        _FURNITURE,
    ),
    Rule(
        ("click here", "subscribe to our", "sign up for our", "download our", "leave a comment",
         "send to a friend", "our newsletter", "our channel"),
        r"\b(?:Click here|[Ss]ubscribe to our \w+|[Ss]ign up for our \w+|[Dd]ownload our \w+"
        r"|Leave a comment|Send to a friend)\b",
        _FURNITURE,
    ),
    Rule(
        (") -", ") –", ") —", ")–", ")—", ")-"),
        r"(?P<at>\b[A-Z][A-Z.]{2,}(?:[ ,]{1,2}[A-Z][\w.]+"
        r"| \d{1,2}){0,4} \([A-Z][\w./ ]{1,24}\) ?[-–—]{1,2})\s",
        "is a dateline; it belongs at the head of a report",
    ),
    Rule(
        ("/ -", "/ –", "/ —", "/-", "/–", "/—"),
        r"(?P<at>\b[A-Z][\w.]+(?: [A-Z][\w.]+)?[ ,/]+ ?/?[A-Z]{3,12}/ ?[-–—]{1,2})\s",
        "is a dateline; it belongs at the head of a report",
    ),
    Rule(
        ("/",),
        r"(?m)(?<=[.!?”\"])\s?(?P<at>/[A-Z]{2,12}/|\(?[A-Z]{1,3}(?:/[A-Z]{1,3}){1,2}\)?)\s*$",
        _CREDIT,
    ),
    Rule(("(end)", "###", "///", "-30-", " ends"),
         r"(?m)(?<=[.!?”\"])\s?(?P<at>\(END\)|\(End\)|###|///|-30-|ENDS)\s*$", _CREDIT),
)  # fmt: skip


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield what stood around an article; a dateline only where a report does not begin."""
    for finding in findings(_RULES, document, CHECK.name, CHECK.category, CHECK.severity):
        if "dateline" in finding.message and not document.text[: finding.span.start].strip():
            continue
        whole = _to_drop(document, finding)
        edit = Suggestion(whole, "", "leave it out", 0.8)
        yield replace(finding, suggestions=(edit,))


def _to_drop(document: Document, finding: Finding) -> Span:
    """Return the sentence of page furniture, or the mark alone, with the gap beside it."""
    text, span = document.text, finding.span
    segment = document.segment_at(span.start)
    if _FURNITURE in finding.message and segment is not None:
        span = Span(span.start, max(segment.span.end, span.end))
    if "dateline" in finding.message:
        return Span(span.start, span.end + text[span.end : span.end + 1].isspace())
    start = span.start
    while start and text[start - 1].isspace():
        start -= 1
    return Span(start, span.end)


CHECK = Check(
    name="boilerplate",
    category=Category.ADDITION,
    severity=Severity.MINOR,
    summary="a dateline, a credit or page furniture inside the text",
    why=(
        "What is translated is often a copied web page. Invitations to follow and to share, "
        "captions, the dateline of a second report and the initials of its desk come along and "
        "are read as sentences of the article."
    ),
    find=find,
    flagged=(
        Example(
            "The bridge was opened on Friday. [[Follow us on Facebook]] for more news.",
            "The bridge was opened on Friday.",
        ),
        Example(
            "The talks ended on Friday.\n\n[[Read also:]] Ten things about the strike.",
            "The talks ended on Friday.",
        ),
        Example(
            "The strike went on.\n\n[[LAGOS (Northern News) –]] The union called a new one.",
            "The strike went on.\n\nThe union called a new one.",
        ),
        Example(
            "The school will be rebuilt by May. [[All rights reserved]].",
            "The school will be rebuilt by May.",
        ),
        Example(
            "The port was closed because of the storm. [[/NNA/]]",
            "The port was closed because of the storm.",
        ),
        Example(
            "The governor opened the dam.\n\n[[Photo:]] Harbour Press.",
            "The governor opened the dam.",
        ),
        Example(
            "The fire is out, the mayor said. [[Share on Twitter]].",
            "The fire is out, the mayor said.",
        ),
    ),
    sound=(
        "LAGOS (Northern News) – The union called a new strike.",
        "The minister asked reporters to follow him on Twitter for updates.",
        "The photo: a child in front of a tank. It went round the world.",
        "They share on average two meals a day, a source said.",
        "All rights are equal before the law, the judge said, and reserved his verdict.",
        "The company (Northern Mills) - the largest in town - closed two plants.",
    ),
)
