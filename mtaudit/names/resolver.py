"""From doubtful spans to ranked renderings: the noisy channel over the knowledge base.

For a span *s* and an entity *e*,

    score(e) = n * [log P(s | e, channel) + log P(e | document)]
             + a * [log P(context with e) - log P(context with s)] + b * excess(s) + c

are the log-odds against the span being sound as it stands. The language model's own probability of
a rare name is low wherever the name stands, so what speaks against *s*, its surprisal less its
entropy in context, is weighed apart (b) from what speaks for *e* (a). Each channel has its own
weights and constant.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Hypothesis, Mention, Suspect, Weights
from mtaudit.names.channels.candidate import Candidate, Channel
from mtaudit.names.channels.leak import LANDS, leaks
from mtaudit.names.channels.literal import literal_readings
from mtaudit.names.channels.misreading import misreadings
from mtaudit.names.channels.order import reordered_names
from mtaudit.names.channels.residue import residues
from mtaudit.names.channels.romanisation import romanisations
from mtaudit.names.channels.split import split_names
from mtaudit.names.channels.truncation import truncated_names
from mtaudit.names.context import Context, cued
from mtaudit.names.countries import countries_in
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.rendering import Renderer
from mtaudit.text.frequency import zipf
from mtaudit.text.words import stem, words

CHANNELS: tuple[Channel, ...] = (
    literal_readings, romanisations, split_names, reordered_names, truncated_names
)  # fmt: skip
_WORD = re.compile(r"\S+")
_REACH = 8
# How many renderings of one span the language model is asked about.
_MOST_HYPOTHESES = 6
_MOST_GUESSES = 8
# Below this no gain that a language model gives would be believed, so it is not asked.
_HOPELESS = -8.5
_HOPELESS_TWO = -10.5
_HOPELESS_PHRASE = -13.0  # three words seldom read like a name by chance
_LONG = frozenset({"literal-phrase", "literal-partial"})
_LEAST = {**dict.fromkeys(_LONG, _HOPELESS_PHRASE), "literal": _HOPELESS_TWO}
# A word that English prints less often than this is no reading of another.
_SPELLED = 2.0
_MARKS = "“”\"'‘’.,;:()"
_READ = _LONG | {"literal-word", "literal"}
# These stretch over words of the right name, which are then no proof that it stands there.
_TORN = frozenset({"split", "order"})
# No names: the language model is not asked, because words that nobody prints tell enough.
_LEFT = frozenset({"leak", "residue"})
_ORDINARY = 4.0  # Zipf frequency of a word that is no name first of all
_PER_ZIPF = 0.8  # nats for each tenfold of how often English prints a name


@dataclass(frozen=True, slots=True)
class _Found:
    """A hypothesis and the words that it explains."""

    hypothesis: Hypothesis
    span: Span


def propose(
    document: Document,
    knowledge: KnowledgeBase,
    context: Context,
    oddities: Sequence[Span] = (),
    style: str = "house",
) -> tuple[Suspect, ...]:
    """Return the spans that may be garbled names, each with the entities that explain it.

    ``oddities`` are words that the language model did not expect: for those, every entity of the
    document or of its countries is a hypothesis. No hypothesis has a gain yet.
    """
    renderer = Renderer(document, context.mentions, style)
    found: list[_Found] = []
    for segment in document.segments:
        known = context.names_in.get(segment, ())
        states = [
            span.shift(segment.span.start) for span, _ in countries_in(document[segment.span])
        ]
        for channel in CHANNELS:
            for candidate in channel(document, segment, knowledge, context):
                prior = _prior(candidate, document, segment, context)
                if not _hopeless(candidate, prior) and not _sound(
                    document, candidate, known, states, beside=_beside(document, segment, candidate)
                ):
                    hypothesis = _fitted(candidate, prior, segment, renderer)
                    found.append(_Found(hypothesis, candidate.span))
        found.extend(_left(document, segment, knowledge, context))
        for odd in oddities:
            if segment.span.contains(odd) and not any(m.span.overlaps(odd) for m in known):
                guesses = [
                    _guess(candidate, document, segment, knowledge, context, renderer)
                    for candidate in misreadings(document, segment, knowledge, context, odd)
                ]
                guesses.sort(key=lambda guess: -(guess.channel + guess.prior))
                found.extend(_Found(guess, odd) for guess in guesses[:_MOST_GUESSES])
    kept = [
        one for one in found
        if not _told_twice(document, one, found, context.mentions)
        and not _part(one, found)
        and not _spelled(document, one)
    ]  # fmt: skip
    return tuple(_grouped(kept))


def _spelled(document: Document, one: _Found) -> bool:
    """Whether a literal reading is of capitals that English never prints: that is a spelling."""
    every = [word.strip(_MARKS) for word in document[one.span].split()]
    return one.hypothesis.via in _READ and all(
        word[:1].isupper() and zipf(word) < _SPELLED for word in every
    )


def _part(one: _Found, found: Sequence[_Found]) -> bool:
    """Whether a longer stretch of words is a spelling of the same name."""
    return one.hypothesis.via == "romanisation" and any(
        other.hypothesis.via == "romanisation"
        and other.hypothesis.entity == one.hypothesis.entity
        and other.span != one.span
        and other.span.contains(one.span)
        for other in found
    )


def _left(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[_Found]:
    """Yield what is left of the source language: glued phrases and the end marks of agencies."""
    for leak in leaks(document, segment, knowledge):
        hypothesis = Hypothesis(
            entity="",
            rendering=leak.rendering,
            kind="a phrase in Arabic",
            replaces=leak.replaces,
            channel=leak.logprob,
            prior=context.prior_of(LANDS),
            via="leak",
            name=leak.english,
            written=leak.written,
        )
        yield _Found(hypothesis, leak.span)
    for residue in residues(document, segment, knowledge):
        hypothesis = Hypothesis(
            entity="",
            rendering="",
            kind=residue.mark.kind,
            replaces=residue.replaces,
            channel=residue.logprob,
            prior=0.0,
            via="residue",
            name=residue.mark.english,
            written=residue.mark.words,
        )
        yield _Found(hypothesis, residue.span)


def _prior(candidate: Candidate, document: Document, segment: Segment, context: Context) -> float:
    entity, span = candidate.entity, candidate.span
    beside = cued(document, segment, span, entity.kind) or (
        candidate.via == "romanisation" and _first_name(document, segment, span, entity)
    )
    return context.prior(entity, segment, beside)


def _fitted(candidate: Candidate, prior: float, segment: Segment, renderer: Renderer) -> Hypothesis:
    entity, span = candidate.entity, candidate.span
    form = candidate.part or (
        entity.rendering(renderer.style) if candidate.via in _TORN else renderer.form(entity)
    )
    replaces, rendering = renderer.fitted(segment, span, entity, form)
    return Hypothesis(
        entity=entity.id,
        rendering=rendering,
        kind=entity.kind,
        replaces=replaces,
        channel=candidate.logprob,
        prior=prior,
        via=candidate.via,
        name=form,
        written=candidate.written,
    )


def _guess(
    candidate: Candidate,
    document: Document,
    segment: Segment,
    knowledge: KnowledgeBase,
    context: Context,
    renderer: Renderer,
) -> Hypothesis:
    prior = _prior(candidate, document, segment, context) + _prominence(candidate.entity)
    return _fitted(candidate, prior, segment, renderer)


def _first_name(document: Document, segment: Segment, span: Span, entity: Entity) -> bool:
    """Whether another part of a person's name stands right before the span."""
    before = [word.text for word in words(document.text, segment.span.start, span.start)][-1:]
    parts = {stem(part) for form in entity.forms for part in form.split()[:-1]}
    return entity.kind == "person" and any(stem(word) in parts for word in before)


def _prominence(entity: Entity) -> float:
    """Return the share of P(entity) that its commonest one-word form tells, 0 for an unseen one."""
    return _PER_ZIPF * max((zipf(form) for form in entity.forms if " " not in form), default=0.0)


def _hopeless(candidate: Candidate, prior: float) -> bool:
    return candidate.logprob + prior < _LEAST.get(candidate.via, _HOPELESS)


def _beside(document: Document, segment: Segment, candidate: Candidate) -> bool:
    return cued(document, segment, candidate.span, candidate.entity.kind)


def _sound(
    document: Document,
    candidate: Candidate,
    known: Sequence[Mention],
    states: Sequence[Span],
    *,
    beside: bool,
) -> bool:
    """Whether the span belongs to a name that is rendered as newsrooms do.

    An ordinary word that is some other name too ("Labor") is no proof where a noun beside it says
    what kind of thing is named ("the newspaper Labor").
    """
    span = candidate.span
    if any(state.contains(span) for state in states):
        return True
    own = "" if candidate.via in _TORN else candidate.entity.id
    for mention in known:
        if mention.entity == own and mention.span.overlaps(span):
            return True
        # The word that no lexicon reads may not be a name of its own.
        if candidate.via == "literal-partial" and span.contains(mention.span):
            return True
        other_kind = beside and mention.kind != candidate.entity.kind
        name = document[mention.span]
        ordinary = other_kind and name.isalpha() and zipf(name.casefold()) >= _ORDINARY
        if mention.span.contains(span) and not ordinary:
            return True
    return False


def _told_twice(
    document: Document, one: _Found, found: Sequence[_Found], mentions: Sequence[Mention]
) -> bool:
    """Whether a literal reading stands right beside the same name in its own letters.

    Nobody writes a name twice in a row: the words belong to something else.
    """
    if one.hypothesis.via not in _READ:
        return False
    entity, span = one.hypothesis.entity, one.span
    others = [
        other.span for other in found
        if other.hypothesis.entity == entity and other.hypothesis.via == "romanisation"
    ]  # fmt: skip
    others += [m.span for m in mentions if m.entity == entity]
    return any(
        document.text[min(span.end, other.end) : max(span.start, other.start)] == " "
        for other in others
    )


def questions(document: Document, suspect: Suspect) -> Iterator[tuple[str, Span, tuple[str, ...]]]:
    """Yield what the language model is asked of each hypothesis: context, place, spellings.

    The context is the sentence up to ``_REACH`` words behind the place: what stands further right
    says little of a name, and every word of it is read anew for every hypothesis.
    """
    segment = document.segment_at(suspect.span.start)
    whole = segment.span if segment is not None else Span(0, len(document.text))
    for hypothesis in suspect.hypotheses:
        place = hypothesis.replaces
        if hypothesis.via in _LEFT:
            yield document[place], Span(0, len(place)), (document[place],)
            continue
        behind = _WORD.finditer(document.text, place.end, max(place.end, whole.end))
        last = next(islice(behind, _REACH - 1, None), None)
        end = whole.end if last is None else last.end()
        context = document.text[whole.start : max(place.end, end)]
        yield context, place.shift(-whole.start), spellings(hypothesis.rendering)


def measured(
    suspect: Suspect, gains: Sequence[float], excess: float, error: float | None
) -> Suspect:
    """Return the suspect with the figures of the language model and the tagger put in."""
    hypotheses = zip(suspect.hypotheses, gains, strict=True)
    weighed = tuple(replace(h, gain=gain) for h, gain in hypotheses)
    return Suspect(suspect.span, weighed, excess, error)


def settle(
    document: Document, suspects: Sequence[Suspect], weights: Mapping[str, Weights]
) -> tuple[Suspect, ...]:
    """Return the measured suspects with the hypotheses of each ranked, best first.

    The same words mean the same name all through a document, and the first time that they are
    read makes them expected later: what they tell is the most that any of the places tells.
    """
    excess: dict[str, float] = {}
    errors: dict[str, float] = {}
    gains: dict[tuple[str, str, str], float] = {}
    for suspect in suspects:
        written = _as_written(document, suspect)
        assert suspect.excess is not None
        excess[written] = max(suspect.excess, excess.get(written, suspect.excess))
        if suspect.error is not None:
            errors[written] = max(suspect.error, errors.get(written, 0.0))
        for h in suspect.hypotheses:
            assert h.gain is not None
            key = (written, h.via, h.rendering)
            gains[key] = max(h.gain, gains.get(key, h.gain))
    settled = []
    for suspect in suspects:
        written = _as_written(document, suspect)
        shared = [replace(h, gain=gains[written, h.via, h.rendering]) for h in suspect.hypotheses]
        informed = Suspect(suspect.span, tuple(shared), excess[written], errors.get(written))
        ranked = sorted(shared, key=lambda h: -informed.score(h, weights))
        settled.append(replace(informed, hypotheses=tuple(ranked)))
    return tuple(settled)


def _as_written(document: Document, suspect: Suspect) -> str:
    """Return the words of a suspect; a capital tells a name of one word."""
    written = document[suspect.span]
    return written.casefold() if " " in written else written


def spellings(rendering: str) -> tuple[str, ...]:
    """Return a rendering and, where it has accents, its plain spelling.

    A small language model hardly knows "Yeni Şafak"; what it thinks of the name is the better of
    the two.
    """
    decomposed = unicodedata.normalize("NFKD", rendering.replace("ı", "i"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return (rendering,) if plain == rendering else (rendering, plain)


def _grouped(found: Sequence[_Found]) -> Iterator[Suspect]:
    """Join hypotheses on the same words into one suspect, the best few of each."""
    by_span: dict[Span, list[Hypothesis]] = defaultdict(list)
    for one in found:
        by_span[one.span].append(one.hypothesis)
    for span in sorted(by_span):
        best: dict[str, Hypothesis] = {}
        for hypothesis in sorted(by_span[span], key=lambda h: -(h.channel + h.prior)):
            best.setdefault(hypothesis.rendering, hypothesis)
        most = _MOST_GUESSES if any(h.via == "misreading" for h in best.values()) else 0
        yield Suspect(span, tuple(best.values())[: max(most, _MOST_HYPOTHESES)])


def odds(score: float) -> float:
    """Return the probability of a hypothesis that beats soundness by ``score`` nats."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score))))
