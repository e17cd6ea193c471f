"""Measure how often each check finds something in human-written news, without a language model.

Usage: python -m eval.check_precision HUMAN.jsonl.gz [SENTENCES] [OUT.json]

Sentences are laid out in passages as by eval.false_alarms. Prints every finding of the checks that
need no model, then findings per 1,000 words; writes the rates where OUT names a file. What was
found may be a true misprint of the news, so a rate is an upper bound of the false alarms.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from eval.false_alarms import SENTENCES, paragraphs, sentence_blocks
from mtaudit.audit import Auditor
from mtaudit.checks import CHECKS
from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.names.store import shipped
from mtaudit.text.markup import view_of


def main(path: Path, sentences: int, out: Path | None) -> int:
    """Print the findings and their rates, and write the rates."""
    auditor = Auditor(Config(language_model=False, min_confidence=0.0), shipped())
    documents = [
        Document(str(number), "\n\n".join(" ".join(pair) for pair in paragraphs(block)))
        for number, block in enumerate(sentence_blocks(path)[: sentences // SENTENCES])
    ]
    reports = auditor.run(
        documents,
        view=lambda d: view_of(d.text, d.markup),
        complain=lambda error: print(error, file=sys.stderr),
    )
    measured = [check.name for check in CHECKS if not check.needs_model]
    counts: Counter[str] = Counter()
    words = 0
    for report in reports:
        words += report.words
        for finding in report.findings:
            if finding.check in measured:
                counts[finding.check] += 1
                text, span = report.document.text, finding.span
                shown = f"{text[max(0, span.start - 30) : span.start]}[[{span.of(text)}]]"
                print(f"{finding.check:22} {' '.join(shown.split())}{text[span.end :][:20]!r}")
    rates = {name: round(1000 * counts[name] / words, 4) for name in measured}
    print(f"\n{words:,} words; findings per 1,000 words:")
    for name, rate in rates.items():
        print(f"  {name:22} {rate:.4f}")
    if out is not None:
        written = {
            "command": "python -m eval.check_precision",
            "data": hashlib.sha256(path.read_bytes()).hexdigest(),
            "passages": len(documents),
            "words": words,
            "per_thousand_words": rates,
        }
        out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    sys.exit(
        main(
            Path(sys.argv[1]),
            int(sys.argv[2]) if len(sys.argv) > 2 else 12_000,
            Path(sys.argv[3]) if len(sys.argv) > 3 else None,
        )
    )
