"""Count findings on human-written news.

Usage: python -m eval.false_alarms HUMAN.jsonl.gz [PASSAGES]

Eight consecutive sentences of one set make a passage, two or more a paragraph; passages are drawn
with a fixed seed. Prints every finding, then findings per 1,000 words by check and severity.
Passages begin in the middle of an article, so a pronoun or a quotation mark may miss its partner
through no fault of its own.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.finding import DocumentReport
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.text.markup import view_of

SENTENCES, PARAGRAPH = 8, 2


def blocks_of(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return runs of consecutive sentences of one set, from rows of (set, sentence)."""
    blocks = [rows[i : i + SENTENCES] for i in range(0, len(rows) - SENTENCES, SENTENCES)]
    return [[text for _, text in block] for block in blocks if len({s for s, _ in block}) == 1]


def sentence_blocks(path: Path) -> list[list[str]]:
    """Return runs of consecutive sentences of one set, shuffled with a fixed seed."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    whole = blocks_of([(row["set"], row["text"]) for row in rows])
    random.Random(7).shuffle(whole)
    return whole


def paragraphs(sentences: list[str]) -> list[list[str]]:
    """Return sentences as news sets them, two a paragraph, no quotation cut in two."""
    found: list[list[str]] = [[]]
    for sentence in sentences:
        text = " ".join(found[-1])
        closed = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
        if len(found[-1]) >= PARAGRAPH and closed:
            found.append([])
        found[-1].append(sentence)
    return found


def audited(auditor: Auditor, blocks: Sequence[list[str]]) -> list[DocumentReport]:
    """Return the report of each block that can be audited, as a passage of paragraphs."""
    documents = [
        Document(str(i), "\n\n".join(" ".join(pair) for pair in paragraphs(block)))
        for i, block in enumerate(blocks)
    ]
    return list(
        auditor.run(
            documents,
            view=lambda d: view_of(d.text, d.markup),
            complain=lambda error: print(error, file=sys.stderr),
        )
    )


def main(path: Path, number: int) -> int:
    """Print the findings and their rates."""
    auditor = Auditor(Config(), shipped(), scorer_of(Config(cache=False)))
    reports = audited(auditor, sentence_blocks(path)[-number:])
    words = 0
    counts: Counter[tuple[str, str]] = Counter()
    for report in reports:
        words += report.words
        for finding in report.findings:
            counts[finding.check, finding.severity.value] += 1
            text, span = report.document.text, finding.span
            shown = f"{text[max(0, span.start - 30) : span.start]}[[{span.of(text)}]]"
            print(
                f"{finding.check:18} {finding.severity:8} {shown}{text[span.end : span.end + 20]}"
            )
    print(f"\n{words:,} words; findings per 1,000 words:")
    for (check, severity), count in sorted(counts.items()):
        print(f"  {check:18} {severity:8} {1000 * count / words:.3f}")
    for severity in ("critical", "major", "minor"):
        total = sum(count for (_, s), count in counts.items() if s == severity)
        print(f"  all {severity:14} {1000 * total / words:19.3f}")
    return 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 200))
