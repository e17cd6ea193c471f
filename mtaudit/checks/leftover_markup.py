"""Mark-up, placeholders and pieces of words that a translation pipeline left in the text."""

from __future__ import annotations

import html
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.rules import Rule, findings
from mtaudit.document import Document
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity

_TAGS = (
    "a|b|bpt|br|div|em|ept|font|g|h[1-6]|i|img|it|li|mrk|ol|p|ph|s|seg|span|strong|sub|sup|table|"
    "td|tr|tt|u|ul|x"
)
_PLACEHOLDER = "a placeholder stands where a word should; put in the word that was meant"
_UNKNOWN = "the translation system's sign for a word it does not know; the word is missing"

_RULES = (
    Rule(
        ("&",),
        r"&(?:amp;)?(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,6});",
        "an HTML entity left as it is written; put the character",
        lambda m: html.unescape(html.unescape(m.group())),
        0.95,
        Severity.MINOR,
        safe=True,
    ),
    Rule(
        ("<",),
        r"</?(?:unk|pad|mask|bos|eos|s)>|<\|[a-z_]+\|>|<extra_id_\d+>",
        _UNKNOWN,
        confidence=0.95,
    ),
    Rule(("[",), r"\[(?:UNK|PAD|MASK|CLS|SEP)\]", _UNKNOWN, confidence=0.95),
    Rule(
        ("<",),
        rf"</?(?:{_TAGS})(?:\s[^<>]{{0,200}})?/?>",
        "a tag of mark-up left in the text; take it out",
        lambda m: "",
        0.95,
        Severity.MINOR,
    ),
    Rule(("{", "$"), r"\{\{[^{}\n]{1,40}\}\}|[$%]?\{[a-zA-Z_][\w.]{0,30}\}|\{\d\}", _PLACEHOLDER),
    Rule(("%(", "%s", "%d", "%1$"), r"(?<![\w%])%(?:\(\w+\)|\d\$)?[sd](?!\w)", _PLACEHOLDER),
    Rule(("__",), r"__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__", _PLACEHOLDER),
    Rule(("_",), r"\b(?:PERSON|PER|NAME|ENTITY|ENT|LOC|ORG|NUM|DATE|TERM|PH)_?\d+\b(?<=_\d)|"
         r"\b(?:PERSON|NAME|ENTITY|LOC|ORG|NUM|DATE|TERM|PH)_\d{1,3}\b", _PLACEHOLDER),
    Rule(
        ("@@ ", "￭", "@-@"),
        r"@@ ?| @-@ | ?￭ ?",
        "the joint of two pieces of a word; join them",
        lambda m: "-" if "@-@" in m.group() else "",
        0.95,
    ),
    Rule(
        ("▁",),
        r" ?▁",
        "the sign for a space between two words; put a space",
        lambda m: " ",
        0.95,
    ),
    Rule(
        (" ##",),
        r" ##(?=[a-z])",
        "the joint of two pieces of a word; join them",
        lambda m: "",
        0.9,
    ),
    Rule(
        ("\\u",),
        r"\\u[0-9a-fA-F]{4}",
        "an escape code left as it is written; put the character",
        lambda m: chr(int(m.group()[2:], 16)) if int(m.group()[2:], 16) >= 32 else " ",
        0.95,
        Severity.MINOR,
    ),
    Rule(
        ("\\n", "\\t", '\\"', "\\'"),
        r"(?:(?<=[\w.,;:!?”\"])\\[nt] ?(?=[A-Z“\"]))|\\[\"']",
        "an escape code left as it is written; put the character",
        lambda m: m.group()[1] if m.group()[1] in "\"'" else " ",
        0.9,
        Severity.MINOR,
    ),
    Rule(
        ("**",),
        r"\*\*(?P<word>[^\W_](?:[^*\n]{0,80}[^\s*])?)\*\*",
        "Markdown left in the text; take the asterisks out",
        lambda m: m["word"],
        0.9,
        Severity.MINOR,
    ),
)  # fmt: skip


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield entities, tags, placeholders, unknown-word signs and the joints of word pieces."""
    return findings(_RULES, document, CHECK.name, CHECK.category, CHECK.severity)


CHECK = Check(
    name="leftover-markup",
    category=Category.ADDITION,
    severity=Severity.MAJOR,
    summary="mark-up, a placeholder or a piece of a word left in the text",
    why=(
        "A translation pipeline cuts words into pieces, hides names behind placeholders and "
        "escapes quotation marks. What it fails to put back stands in the article as it was "
        "hidden, and where a placeholder is left, the word behind it is missing."
    ),
    find=find,
    flagged=(
        Example(
            "The mayor said the bridge was [[&quot;]]as good as new[[&quot;]] again.",
            'The mayor said the bridge was "as good as new" again.',
        ),
        Example("Residents of [[__PLACE_2__]] were told to boil their water."),
        Example("The strike was called by the [[<unk>]] union on Friday."),
        Example(
            "The har[[@@ ]]bour was closed because of the storm.",
            "The harbour was closed because of the storm.",
        ),
        Example("Dear reader, [[{{first_name}}]] was among the winners of the prize."),
        Example(
            "The court fined the company [[<b>]]two million euros[[</b>]] in June.",
            "The court fined the company two million euros in June.",
        ),
        Example(
            "The minister[[\\u2019]]s office gave no reason for the delay.",
            "The minister’s office gave no reason for the delay.",
        ),
    ),
    sound=(
        "AT&T and Marks & Spencer rose by 3% and 5% in early trading.",
        "The file is called annual_report_2017 and holds 40 pages.",
        "Prices rose by 5%, said the bank; the forecast had been <4%.",
        "The hashtag #bridge was used 40,000 times in a day.",
        "He wrote to press@example.org and had no answer.",
        "The film got ** of five stars in one paper and **** in another.",
    ),
)
