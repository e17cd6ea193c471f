"""Every figure of the names in one run.

Usage: python -m eval.names BENCH [PASSAGES]

BENCH is the folder of the benchmark data. Printed are: garbled names on the development rows of the
bench and of ``eval/data`` and on the held-out rows; false alarms of ``garbled-name`` on PASSAGES
(default 300) of human-written news; recall of the romanisation model on the dev names; precision
and recall of name consistency; and the time that the names of an article of 550 words take apart
from the language model.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from pathlib import Path

from eval import garbled_names, name_consistency, romanisation
from mtaudit.audit import Auditor, LanguageScorer
from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.names.context import context_of
from mtaudit.names.resolver import propose
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.text.markup import view_of
from mtaudit.text.sentences import split
from mtaudit.text.words import count

DATA = Path(__file__).parent / "data"
ARTICLE = 550  # words
SENTENCES = 25  # of a passage


def passages(path: Path, number: int) -> list[str]:
    """Return seeded passages of consecutive sentences of human-written news."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    starts = list(range(0, len(texts) - SENTENCES, SENTENCES))
    random.Random(7).shuffle(starts)
    return [" ".join(texts[at : at + SENTENCES]) for at in starts[:number]]


def false_alarms(texts: list[str], scorer: LanguageScorer) -> str:
    """Return the garbled names found in sound text, per 1,000 words, and the first of them."""
    auditor = Auditor(Config(), shipped(), scorer)
    reports = auditor.run(
        [Document(str(n), text) for n, text in enumerate(texts)],
        view=lambda d: view_of(d.text, d.markup),
        complain=lambda error: sys.exit(str(error)),
    )
    shown: list[str] = []
    words = 0
    for text, report in zip(texts, reports, strict=True):
        words += count(text)
        shown.extend(
            f"{f.span.of(text)} → {f.suggestions[0].replacement} ({f.confidence:.2f}, "
            f"{f.evidence['via']})"
            for f in report.findings
            if f.check == "garbled-name"
        )
    rate = 1000 * len(shown) / words
    return "\n".join([*shown, f"{len(shown)} in {words:,} words: {rate:.2f} per 1,000 words"])


def milliseconds(text: str) -> tuple[float, float]:
    """Return the ms of the name work of one article: the first time, and the best of five."""
    article = " ".join(text.split()[:ARTICLE])
    document = Document("article", article, segments=split(article))
    knowledge = shipped()
    times = []
    for _ in range(6):
        began = time.perf_counter()
        propose(document, knowledge, context_of(document, knowledge))
        times.append(1000 * (time.perf_counter() - began))
    return times[0], min(times[1:])


def main(bench: Path, number: int) -> int:
    """Print every figure."""
    human = bench / "news" / "human.dev.jsonl.gz"
    texts = passages(human, number)
    first, again = milliseconds(texts[0])
    print(f"# names of {ARTICLE} words: {again:.0f} ms, {first:.0f} ms the first time")
    scorer = scorer_of(Config(cache=False))
    for title, path in (
        ("bench development rows", bench / "entities" / "garbled-names.dev.jsonl"),
        ("development rows", DATA / "garbled-names.dev.jsonl"),
        ("held-out rows", DATA / "garbled-names.test.jsonl"),
    ):
        print(f"\n# {title}: {path.name}")
        print(garbled_names.totals(garbled_names.measure(path, scorer)))
    print(f"\n# garbled names in human-written news: {human.name}")
    print(false_alarms(texts, scorer))
    for language, name in (("ar", "arabic"), ("ru", "russian")):
        print(f"\n# romanisation: {name}.dev")
        train, dev = (bench / "names" / f"{name}.{part}.jsonl.gz" for part in ("train", "dev"))
        romanisation.main(train, dev, language, 2000)
    print("\n# consistency of names")
    places = bench / "entities" / "whosonfirst-places.tsv.gz"
    return name_consistency.main(places, DATA / "name-pairs.jsonl")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 300))
