"""A name translated word by word, or spelled as no newsroom spells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence, Hypothesis, Suspect, Weights
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.names.resolver import odds

_MOST_SUGGESTIONS = 3
_LEFT = frozenset({"leak", "residue"})
_LESS_GRAVE = frozenset({"romanisation", "split", "order", "truncation", "leak"})
_REASONS = {
    "literal": "reads like a word-by-word translation of {name}{source}",
    "literal-phrase": "reads like a word-by-word translation of {name}{source}",
    "literal-partial": "reads like a translation of {name}{source} of which a word went wrong",
    "literal-word": "reads like {name}, translated as an ordinary word",
    "romanisation": "is a spelling of {name}{source} that no newsroom uses",
    "misreading": "does not fit here; {name} does",
    "split": "is {name}, cut in two by words that do not belong there",
    "order": "is {name}, its words in another order",
    "truncation": "is {name}, cut off before its noun",
    "leak": "is {kind} left in Latin letters: {source}, “{name}”",
    "residue": "is {kind} left in Latin letters: {source}, “{name}”; English has nothing there",
}


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the suspects that a name explains better than sound English does.

    Of suspects that share words, the best explained one is told.
    """
    scored = []
    for suspect in evidence.suspects:
        weights = thresholds.names if suspect.excess is not None else thresholds.names_alone
        score = suspect.score(suspect.hypotheses[0], weights)
        if suspect.error is not None:
            score = thresholds.tagged_name(score, suspect.error)
        if score > 0:
            scored.append((score, suspect, weights))
    scored.sort(key=lambda one: (-one[0], one[1].span))
    told: list[Span] = []
    for score, suspect, weights in scored:
        if not any(suspect.span.overlaps(span) for span in told):
            told.append(suspect.span)
            yield _finding(document, suspect, score, weights)


def _finding(
    document: Document, suspect: Suspect, score: float, weights: Mapping[str, Weights]
) -> Finding:
    best = suspect.hypotheses[0]
    confidence = round(odds(score), 3)
    written = document[suspect.span]
    return Finding(
        check=CHECK.name,
        category=Category.UNTRANSLATED if best.via in _LEFT else Category.NAME,
        severity=_severity(best),
        span=suspect.span,
        message=f"“{written}” {_reason(best, written)}",
        confidence=confidence,
        suggestions=tuple(
            Suggestion(
                hypothesis.replaces,
                hypothesis.rendering,
                _reason(hypothesis, written),
                round(confidence * share, 3),
            )
            for hypothesis, share in _ranked(suspect, weights)
        ),
        evidence={
            "via": best.via,
            "entity": best.entity,
            "channel": round(best.channel, 2),
            "prior": round(best.prior, 2),
            **({} if best.gain is None else {"gain": round(best.gain, 2)}),
            **({} if suspect.excess is None else {"excess": round(suspect.excess, 2)}),
        },
    )


def _reason(hypothesis: Hypothesis, words: str) -> str:
    if hypothesis.via == "literal-word" and hypothesis.written:
        kind = hypothesis.kind.replace("-", " ")
        of = " of" if hypothesis.kind == "city" else ""
        meaning = words.strip('“”"').removeprefix("The ").casefold()
        return (
            f"reads like {hypothesis.name}: {hypothesis.written}, the {kind}{of} "
            f"{hypothesis.name}, also means “{meaning}”"
        )
    source = f" ({hypothesis.written})" if hypothesis.written else ""
    if hypothesis.via in _LEFT:
        source = hypothesis.written
    return _REASONS[hypothesis.via].format(
        name=hypothesis.name, source=source, kind=hypothesis.kind
    )


def _severity(best: Hypothesis) -> Severity:
    if best.via == "residue":
        return Severity.MINOR
    # A wrong spelling or a cut still names somebody; a literal reading or another word does not.
    return Severity.MAJOR if best.via in _LESS_GRAVE else Severity.CRITICAL


def _ranked(suspect: Suspect, weights: Mapping[str, Weights]) -> Iterator[tuple[Hypothesis, float]]:
    """Yield the best hypotheses with their share of the odds among those shown."""
    shown = suspect.hypotheses[:_MOST_SUGGESTIONS]
    scores = [suspect.score(hypothesis, weights) for hypothesis in shown]
    shares = [odds(score - scores[0]) * 2 for score in scores]
    total = sum(shares)
    for hypothesis, share in zip(shown, shares, strict=True):
        if share / total >= 0.02:
            yield hypothesis, share / total


CHECK = Check(
    name="garbled-name",
    category=Category.NAME,
    severity=Severity.CRITICAL,
    summary="a name rendered by a literal reading, or in a form no newsroom uses",
    why=(
        "Machine translation reads a name it does not know as ordinary words, spells it letter by "
        "letter, or puts a word that merely resembles it. The reader then cannot tell who is "
        "meant, or is told of somebody else. The knowledge base supplies the names that could "
        "have been meant, and the language model says whether the sentence would rather have one "
        "of them."
    ),
    find=find,
    flagged=(
        Example(
            "The Iraqi parliament summoned the leader of the [[league of the people of right]] "
            "over the clashes in Baghdad.",
        ),
        Example(
            "Kurdish [[Albeshmerka]] fighters left the positions that they had held near Kirkuk.",
            "Kurdish Peshmerga fighters left the positions that they had held near Kirkuk.",
        ),
        Example(
            "Militants of the “[[dabble]]” attacked a checkpoint near the Syrian town of Palmyra. "
            "The “[[dabble]]” regained control of two villages, and Daesh said that it had killed "
            "twelve soldiers. The army said that the [[dabble]] had fled towards the desert.",
            "Militants of Daesh attacked a checkpoint near the Syrian town of Palmyra. "
            "Daesh regained control of two villages, and Daesh said that it had killed "
            "twelve soldiers. The army said that Daesh had fled towards the desert.",
        ),
        Example(
            "The prime minister of Iraq, [[Haider to the Abadi]], met the governor of Mosul.",
            "The prime minister of Iraq, Haider al-Abadi, met the governor of Mosul.",
        ),
    ),
    sound=(
        "Iraqi troops entered the town of Hawija on Monday, and Syrian soldiers left Palmyra.",
        "The talks on settlements in the West Bank and in Eastern Jerusalem went on with Israel.",
        "The Syrian Democratic Forces and the Popular Mobilization Forces denied the report.",
        "Life in the village has been quiet since the mill closed.",
        "The truth is that nobody in the newspaper knew the answer.",
    ),
    needs_model=True,
    needs_names=True,
)
