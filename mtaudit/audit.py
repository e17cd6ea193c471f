"""The only wiring: documents, evidence, checks, selection, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from mtaudit import __version__, calibration, fluency, scoring
from mtaudit.checks import CHECKS
from mtaudit.checks.check import Check
from mtaudit.checks.unexpected_word import oddities
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.errors import ConfigError, InputError, did_you_mean
from mtaudit.evidence import Evidence, Passage, TextScore
from mtaudit.finding import (
    Coverage,
    DocumentReport,
    Finding,
    Fluency,
    SegmentReport,
    Signature,
    Suggestion,
    WordReport,
)
from mtaudit.garbled import Signs, garbling, signs
from mtaudit.names import resolver
from mtaudit.names.context import context_of
from mtaudit.names.groups import RunForm, name_groups, run_forms
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.selection import select
from mtaudit.tagger.passages import passages, questions, weighed, with_rewritings
from mtaudit.text.language import detect, is_english
from mtaudit.text.sentences import split
from mtaudit.text.view import View
from mtaudit.text.words import count

Progress = Callable[[str, int, int], None]
Observe = Callable[[DocumentReport, tuple[Signs, ...]], None]
# Documents are measured together up to this many characters, so that batches are full.
_TOGETHER = 100_000
# Words asked about in one document, the most surprising first.
_MOST_ODDITIES = 12
# Passages of one document for which edits are weighed, the likeliest errors first.
_MOST_REWRITTEN = 8
_TAGGED = frozenset(check.name for check in CHECKS if check.needs_tagger)


class LanguageScorer(Protocol):
    """What the audit asks of a language model."""

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """Digests of weights and tokenizer, the BOS policy, the number format."""

    @property
    def reader_digest(self) -> str:
        """The digest of what reads the model's states, such as the error tagger; "" without."""

    def score(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> list[TextScore]:
        """Return the scores of each text."""

    def rescore_all(
        self,
        requests: Sequence[tuple[str, Span, Sequence[str]]],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[list[float]]:
        """Return the gain of each replacement of each request, in nats."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document as a reader sees it, split, beside the original that it came from."""

    original: Document
    shown: Document
    view: View
    language: str


def silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


class Auditor:
    """Audits documents under one configuration.

    Args:
        config: what to check and to report.
        knowledge: the names that are known.
        scorer: the language model, or None to audit names and rules alone.
        thresholds: what the checks decide by.

    Raises:
        ConfigError: the configuration disables a check that does not exist.

    """

    def __init__(
        self,
        config: Config,
        knowledge: KnowledgeBase,
        scorer: LanguageScorer | None = None,
        thresholds: calibration.Thresholds = calibration.DEFAULT,
    ) -> None:
        names = [check.name for check in CHECKS]
        for name in config.disable:
            if name not in names:
                raise ConfigError(
                    f"there is no check {name!r} to disable{did_you_mean(name, names)}"
                )
        self._config = config
        self._knowledge = knowledge
        self._scorer = scorer
        self._thresholds = thresholds
        self._garbling = garbling(scorer.reader_digest if scorer is not None else "")
        # Said now, and not when the first document has been measured.
        self._garbling.point(config.max_false_alarm)
        self._checks: tuple[Check, ...] = tuple(c for c in CHECKS if c.name not in config.disable)

    @property
    def signature(self) -> Signature:
        """What the numbers of every report depend on."""
        model = self._scorer.signature if self._scorer is not None else ("none",) * 4
        return Signature(
            version=__version__,
            config=self._config.digest(),
            model=model[0][:12],
            tokenizer=model[1][:12],
            bos=model[2],
            dtype=model[3],
            tagger=(self._scorer.reader_digest[:12] if self._scorer else "") or "none",
            names=self._knowledge.digest,
        )

    def run(
        self,
        documents: Iterable[Document],
        *,
        view: Callable[[Document], View],
        complain: Callable[[InputError], None],
        progress: Progress = silent,
        observe: Observe | None = None,
    ) -> Iterator[DocumentReport]:
        """Yield a report for each document, in order.

        ``view`` gives the readable text of a document. One that cannot be audited is handed to
        ``complain``, and the audit goes on. ``observe`` is told of each report, before it is
        yielded, and of the signs of its segments. With ``corpus_names`` all documents are read
        before the first is measured, and held.
        """
        run: Mapping[str, RunForm] = {}
        if self._config.corpus_names:
            documents = list(documents)
            run = self._run_forms(documents, view)
        for batch in _batches(documents):
            prepared = []
            for document in batch:
                try:
                    prepared.append(self._prepare(document, view(document)))
                except InputError as error:
                    complain(error)
            yield from self._measure(prepared, run, progress, observe)

    def _run_forms(
        self, documents: Sequence[Document], view: Callable[[Document], View]
    ) -> Mapping[str, RunForm]:
        """Return the forms on which the documents that can be audited settle."""

        def shown() -> Iterator[Document]:
            for document in documents:
                with suppress(InputError):
                    yield self._prepare(document, view(document)).shown

        return run_forms(shown(), self._knowledge, self._config.style)

    def _prepare(self, document: Document, view: View) -> _Prepared:
        if len(document.text) > self._config.max_characters:
            raise InputError(
                f"{document.origin or document.id}: {len(document.text):,} characters are more "
                f"than the limit of {self._config.max_characters:,}; split the text or raise "
                "--max-characters"
            )
        if not view.text.strip():
            raise InputError(f"{document.origin or document.id}: no text in it to audit")
        language = detect(view.text)
        if not is_english(language):
            raise InputError(
                f"{document.origin or document.id}: the text is in {language.name}, not in English "
                f"(probability {language.probability:.2f}); mtaudit audits English"
            )
        shown = replace(document, text=view.text, segments=split(view.text))
        return _Prepared(document, shown, view, "en")

    def _measure(
        self,
        prepared: Sequence[_Prepared],
        run: Mapping[str, RunForm],
        progress: Progress,
        observe: Observe | None,
    ) -> Iterator[DocumentReport]:
        scores = self._scores([one.shown for one in prepared], progress)
        evidence = [
            self._evidence(one.shown, score, run)
            for one, score in zip(prepared, scores, strict=True)
        ]
        weighed = self._rescored([one.shown for one in prepared], evidence, progress)
        for one, found in zip(prepared, weighed, strict=True):
            report, told = self._report(one, found)
            if observe is not None:
                observe(report, told)
            yield report

    def _scores(
        self, documents: Sequence[Document], progress: Progress
    ) -> Sequence[TextScore | None]:
        """Return the score of each document; a paragraph is read by itself, after BOS."""
        if self._scorer is None:
            return [None] * len(documents)
        places = [_paragraphs(document) for document in documents]
        texts = [
            document[span]
            for document, spans in zip(documents, places, strict=True)
            for span in spans
        ]
        parts = iter(
            self._scorer.score(texts, lambda done, total: progress("reading", done, total))
        )
        return [TextScore.joined([(span.start, next(parts)) for span in spans]) for spans in places]

    def _evidence(
        self, document: Document, score: TextScore | None, run: Mapping[str, RunForm]
    ) -> Evidence:
        if not any(check.needs_names for check in self._checks):
            return Evidence(score, passages=self._passages(document, score))
        context = context_of(document, self._knowledge)
        odd: list[Span] = []
        if score is not None:
            ranked = sorted(
                oddities(document, score, self._thresholds), key=lambda odd: -odd.excess
            )
            odd = sorted(span for one in ranked[:_MOST_ODDITIES] for span in one.spans)
        suspects = resolver.propose(document, self._knowledge, context, odd, self._config.style)
        names = name_groups(document, self._knowledge, self._config.style, run)
        return Evidence(score, context.mentions, suspects, names, self._passages(document, score))

    def _passages(self, document: Document, score: TextScore | None) -> tuple[Passage, ...]:
        """Return the passages that the tagger takes for errors, the likeliest with edits."""
        if score is None or not any(check.needs_tagger for check in self._checks):
            return ()
        found = passages(document, score, self._thresholds)
        most = _MOST_REWRITTEN if self._config.rewrites else 0
        likeliest = sorted(found, key=lambda passage: -max(passage.chance, passage.slip))[:most]
        return tuple(with_rewritings(document, p) if p in likeliest else p for p in found)

    def _rescored(
        self, documents: Sequence[Document], evidence: Sequence[Evidence], progress: Progress
    ) -> Iterator[Evidence]:
        """Yield the evidence with the gain of each hypothesis in its sentence put in."""
        if self._scorer is None:
            yield from evidence
            return
        requests = [
            request
            for document, one in zip(documents, evidence, strict=True)
            for request in chain(
                *(resolver.questions(document, suspect) for suspect in one.suspects),
                *(questions(document, passage) for passage in one.passages),
            )
        ]
        gains = iter(
            max(found)
            for found in self._scorer.rescore_all(
                requests, lambda done, total: progress("weighing words", done, total)
            )
        )
        for document, one in zip(documents, evidence, strict=True):
            assert one.text_score is not None
            measured = [
                resolver.measured(
                    suspect,
                    [next(gains) for _ in suspect.hypotheses],
                    one.text_score.excess(suspect.span),
                    one.text_score.error(suspect.span),
                )
                for suspect in one.suspects
            ]
            settled = resolver.settle(document, measured, self._thresholds.names)
            rewritten = tuple(
                weighed(passage, [next(gains) for _ in passage.rewritings], self._thresholds)
                for passage in one.passages
            )
            yield replace(one, suspects=settled, passages=rewritten)

    def _report(
        self, one: _Prepared, evidence: Evidence
    ) -> tuple[DocumentReport, tuple[Signs, ...]]:
        shown = one.shown
        raw = (
            finding
            for check in self._checks
            for finding in check.find(shown, evidence, self._thresholds)
        )
        findings = select(shown, raw, self._config.min_confidence, _TAGGED)
        words = count(shown.text)
        quality = scoring.quality(findings, words)
        score = evidence.text_score
        # What the tagger reads is weighed by itself, whether or not edits were looked for.
        ruled = [finding for finding in findings if finding.check not in _TAGGED]
        told = tuple(signs(shown, segment, score, ruled) for segment in shown.segments)
        chance = self._garbling.of_document(told)
        report = DocumentReport(
            document=one.original,
            language=one.language,
            words=words,
            modes=("target",),
            verdict=self._garbling.verdict(told, quality, self._config.max_false_alarm),
            quality=quality,
            garbled=round(chance, 4),
            fluency=self._fluency(score),
            coverage=Coverage(
                characters=len(one.original.text),
                scored=0 if score is None else len(one.original.text),
            ),
            segments=tuple(self._segments(one, findings, score, told)),
            findings=tuple(_relocated(finding, one.view) for finding in findings),
        )
        return report, told

    def _fluency(self, score: TextScore | None) -> Fluency | None:
        surprisal = None if score is None else score.mean_surprisal()
        if surprisal is None or self._scorer is None:
            return None
        digest = self._scorer.signature[0]
        if not fluency.known(digest):
            return Fluency(round(surprisal, 4), None)
        return Fluency(round(surprisal, 4), fluency.percentile(surprisal, digest))

    def _segments(
        self,
        one: _Prepared,
        findings: Sequence[Finding],
        score: TextScore | None,
        told: Sequence[Signs],
    ) -> Iterator[SegmentReport]:
        for segment, sign in zip(one.shown.segments, told, strict=True):
            inside = [finding for finding in findings if finding.span.overlaps(segment.span)]
            surprisal = percent = None
            words: tuple[WordReport, ...] = ()
            if score is not None and self._scorer is not None:
                surprisal = score.mean_surprisal(segment.span)
                digest = self._scorer.signature[0]
                if surprisal is not None and fluency.known(digest):
                    percent = fluency.percentile(surprisal, digest, sentence=True)
                words = tuple(
                    WordReport(
                        one.view.original(word.span),
                        round(word.surprisal, 4),
                        None if (error := score.error(word.span)) is None else round(error, 4),
                    )
                    for word in score.words_within(segment.span)
                )
            yield SegmentReport(
                span=one.view.original(segment.span),
                surprisal=None if surprisal is None else round(surprisal, 4),
                fluency=percent,
                garbled=round(self._garbling.of_sentence(sign), 4),
                quality=scoring.quality(inside, count(one.shown[segment.span])),
                words=words,
            )


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        if batch and size + len(document.text) > _TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += len(document.text)
    if batch:
        yield batch


def _paragraphs(document: Document) -> list[Span]:
    spans: dict[int, Span] = {}
    for segment in document.segments:
        spans[segment.paragraph] = segment.span.cover(spans.get(segment.paragraph, segment.span))
    return list(spans.values())


def _relocated(finding: Finding, view: View) -> Finding:
    """Return the finding with every span in coordinates of the original text."""
    return replace(
        finding,
        span=view.original(finding.span),
        suggestions=tuple(_relocated_edit(edit, view) for edit in finding.suggestions),
        related=tuple(view.original(span) for span in finding.related),
    )


def _relocated_edit(edit: Suggestion, view: View) -> Suggestion:
    return replace(edit, span=view.original(edit.span))
