"""The seed article and the garbled names, where the shared material lies beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

from mtaudit.document import Span
from mtaudit.finding import Finding
from mtaudit.lm.scorer import Scorer
from tests.helpers import audit


def plain(name: str) -> str:
    return name.strip('“”"').casefold().removeprefix("the ")


def over(findings: tuple[Finding, ...], row: dict[str, int]) -> list[Finding]:
    span = Span(row["start"], row["end"])
    return [finding for finding in findings if finding.span.overlaps(span)]


def test_the_seed_article(shared: Path, scorer: Scorer) -> None:
    text = (shared / "seed" / "article.txt").read_text("utf-8")
    rows = [json.loads(x) for x in (shared / "seed" / "gold.jsonl").read_text("utf-8").splitlines()]
    findings = audit(text, scorer).findings
    missed = [row["text"] for row in rows if not over(findings, row)]
    critical = [row for row in rows if row["severity"] == "critical"]
    assert [row["text"] for row in critical if row["text"] in missed] == []
    assert len(rows) - len(missed) >= 20, missed
    for row in critical:
        if row["category"] == "entity":
            first = over(findings, row)[0].suggestions[0].replacement
            assert plain(first) in map(plain, row["accept"])
    spans = [Span(row["start"], row["end"]) for row in rows]
    outside = [f.span.of(text) for f in findings if not any(f.span.overlaps(s) for s in spans)]
    assert len(outside) <= 3, outside


def test_garbled_names(shared: Path, scorer: Scorer) -> None:
    path = shared / "bench" / "entities" / "garbled-names.dev.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    right, alarms = [], []
    for row in rows:
        named = [f for f in audit(row["text"], scorer).findings if f.check == "garbled-name"]
        if row["start"] is None:
            alarms.extend(named)
            continue
        first = [f.suggestions[0].replacement for f in over(tuple(named), row)]
        if any(plain(name) in map(plain, row["accept"]) for name in first):
            right.append(row["id"])
    assert len(right) >= 15
    assert alarms == []


def test_nothing_of_the_shared_material_is_in_the_code(shared: Path) -> None:
    """No check names a phrase of the seed: only data tables state facts about names and words."""
    import mtaudit

    rows = [json.loads(x) for x in (shared / "seed" / "gold.jsonl").read_text("utf-8").splitlines()]
    phrases = {row["text"].casefold() for row in rows if len(row["text"].split()) > 1}
    phrases.add("dodder")
    folder = Path(mtaudit.__file__).parent
    for path in folder.rglob("*.py"):
        code = path.read_text("utf-8").casefold()
        assert [phrase for phrase in phrases if phrase in code] == [], path
