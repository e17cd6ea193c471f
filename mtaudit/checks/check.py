"""What a check is: a pure function of a document and its evidence, and why it exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mtaudit.calibration import Thresholds
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity

Find = Callable[[Document, Evidence, Thresholds], Iterator[Finding]]
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the spans that the check must flag in ``[[ ]]``, no more and no less.

    ``fixed`` is the text after the first suggestion of each finding has been applied, None where
    there is none to apply.
    """

    marked: str
    fixed: str | None = None

    @property
    def text(self) -> str:
        """The text without the marks."""
        return _MARK.sub(r"\1", self.marked)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The marked spans, in coordinates of :attr:`text`."""
        found = []
        for number, match in enumerate(_MARK.finditer(self.marked)):
            start = match.start() - 4 * number
            found.append(Span(start, start + len(match.group(1))))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of garbling, with the reason why it is wrong and examples that prove the check.

    ``needs_model`` says that the check cannot find anything without the language model, and
    ``needs_tagger`` without the error tagger either; the examples of such a check are run with
    them.
    """

    name: str
    category: Category
    severity: Severity
    summary: str
    why: str
    find: Find
    flagged: tuple[Example, ...]
    sound: tuple[str, ...]
    needs_model: bool = False
    needs_names: bool = False
    needs_tagger: bool = False
