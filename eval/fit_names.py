"""Fit the weights of the literal and romanisation channels, and print what they reach.

Usage: python -m eval.fit_names HUMAN.jsonl.gz ROWS.jsonl [POSITIVES] [SENTENCES]

Names in human-written news are garbled through the channels (``eval/garbling.py``); their right
hypotheses are the positives, with those of the rows of ``eval.garbled_names`` (development rows,
never those that are reported on). The suspects of untouched sentences of the same file are the
negatives. A logistic regression over (channel + prior, excess, gain) and a constant for each
channel gives the weights of ``mtaudit/calibration.py``. They are printed, not written: a person
decides.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.garbled_names import unaided
from eval.garbling import garble
from mtaudit.audit import LanguageScorer
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.evidence import Suspect
from mtaudit.names.context import context_of
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.resolver import propose, questions
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.text.sentences import split

CHANNELS = (
    "literal", "literal-phrase", "literal-partial", "literal-word", "romanisation", "order", "split"
)  # fmt: skip
PASSAGE = 10  # sentences
Row = tuple[str, list[float], bool]


def suspects(document: Document, knowledge: KnowledgeBase) -> list[Suspect]:
    """Return the suspects of one text before the language model is asked."""
    return list(propose(document, knowledge, context_of(document, knowledge)))


def rows(
    texts: list[tuple[str, str | None]], scorer: LanguageScorer, knowledge: KnowledgeBase
) -> list[Row]:
    """Return channel, features and label of the hypotheses of (text, entity meant or None)."""
    scores = scorer.score([text for text, _ in texts])
    asked: list[tuple[Suspect, float, bool]] = []
    requests: list[tuple[str, Span, tuple[str, ...]]] = []
    for (text, meant), score in zip(texts, scores, strict=True):
        document = Document("fit", text, segments=split(text))
        for suspect in suspects(document, knowledge):
            own = [h for h in suspect.hypotheses if meant is None or h.entity == meant][:3]
            kept = replace(suspect, hypotheses=tuple(own))
            asked.append((kept, score.excess(suspect.span), meant is not None))
            requests.extend(questions(document, kept))
    gains = iter(max(gain) for gain in scorer.rescore_all(requests))
    return [
        (h.via, [h.channel + h.prior, excess, next(gains)], right)
        for suspect, excess, right in asked
        for h in suspect.hypotheses
    ]


def main(path: Path, development: Path, positives: int, sentences: int) -> int:
    """Print the fitted weights, the area under the ROC curve, and recall at few false alarms."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    rng = random.Random(11)
    rng.shuffle(texts)
    garbled = (garble(text, shipped(), rng) for text in texts[sentences:] if 60 < len(text) < 300)
    made = [(g.text, g.entity) for g in garbled if g is not None][:positives]
    scorer = scorer_of(Config(cache=False))
    with development.open(encoding="utf-8") as file:
        known = [row for row in map(json.loads, file) if row.get("entity")]
    written = [(row["text"], row["entity"]) for row in known]
    data = rows(made, scorer, shipped())
    data += rows(written, scorer, unaided(entity for _, entity in written))
    sound = [" ".join(texts[at : at + PASSAGE]) for at in range(0, sentences, PASSAGE)]
    data += rows([(text, None) for text in sound], scorer, shipped())
    for channel in CHANNELS:
        own = [label for via, _, label in data if via == channel]
        print(f"{channel:16} {sum(own):4} right, {len(own) - sum(own):5} in human news")
    constants = [[float(via == channel) for channel in CHANNELS] for via, _, _ in data]
    x = np.hstack([np.array([features for _, features, _ in data]), np.array(constants)])
    y = np.array([label for _, _, label in data])
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=2000).fit(x, y)
    decision = model.decision_function(x)
    words = sum(len(text.split()) for text in texts[:sentences])
    names = ("names", "excess", "gain", *CHANNELS)
    print({name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True)})
    print(f"{y.sum()} right hypotheses, {(~y).sum()} on {words:,} words of human-written news; "
          f"AUC {roc_auc_score(y, decision):.3f}")  # fmt: skip
    alarms = np.sort(decision[~y])[::-1]
    for number in (0, 2, 5, 10):
        recall = float((decision[y] > alarms[number]).mean())
        print(f"recall {recall:.2f} at {number} alarms, threshold {alarms[number]:.2f}")
    return 0


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    numbers = [int(argument) for argument in sys.argv[3:]]
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *(numbers + [420, 6000][len(numbers) :])))
