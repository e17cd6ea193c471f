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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Hypothesis, Mention, Suspect, Weights
from mtaudit.names.context import Context, cued
from mtaudit.names.countries import countries_in
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.literal import literal_readings
from mtaudit.names.romanise import distance, romanise, sounds
from mtaudit.names.spelling import respellings
from mtaudit.names.split import split_names
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, bare, stem, words

_WORD = re.compile(r"\S+")
_REACH = 8
# How many renderings of one span the language model is asked about.
_MOST_HYPOTHESES = 6
_MOST_GUESSES = 8
# Below this no gain that a language model gives would be believed, so it is not asked.
_HOPELESS = -8.5
# One word reads like a name by chance, three hardly ever: each has its own constant.
_LITERAL = {1: "literal-word", 2: "literal", 3: "literal-phrase"}
# log P(any word | e): the word says nothing of the name but, perhaps, how it sounds.
_MISREAD = -4.0
_PER_SOUND = 4.0
_GUESSED_KINDS = frozenset({"armed-group", "army", "security-service", "party"})
# Besides function words and verbs, a name may follow these.
_TAKE_NAMES = frozenset(
    "against between among amid like within near towards toward across behind around despite via "
    "organization organisation group movement militants fighters terrorists said says".split()
)
# A misprint is no misreading, and verbs, adverbs and superlatives do not stand where names do.
_NO_NAME = ("ing", "ed", "ly", "iest")
_PER_ZIPF = 0.8  # nats for each tenfold of how often English prints a name


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
    forms = _Forms(document, context.mentions, style)
    found: list[Hypothesis] = []
    spans: list[Span] = []
    for segment in document.segments:
        known = context.names_in.get(segment, ())
        states = [
            span.shift(segment.span.start) for span, _ in countries_in(document[segment.span])
        ]
        for hypothesis, span in _of_segment(document, segment, knowledge, context, forms):
            if hypothesis.channel + hypothesis.prior < _HOPELESS:
                continue
            cut = hypothesis.via == "split"
            if not _sound(span, "" if cut else hypothesis.entity, known, states):
                found.append(hypothesis)
                spans.append(span)
        for odd in oddities:
            if segment.span.contains(odd) and not any(m.span.overlaps(odd) for m in known):
                for guess in _guesses(document, segment, odd, knowledge, context, forms):
                    found.append(guess)
                    spans.append(odd)
    kept = [
        (hypothesis, span)
        for hypothesis, span in zip(found, spans, strict=True)
        if not _told_twice(document, hypothesis, span, found, spans, context.mentions)
    ]
    return tuple(_grouped([h for h, _ in kept], [span for _, span in kept]))


def _told_twice(
    document: Document,
    hypothesis: Hypothesis,
    span: Span,
    found: Sequence[Hypothesis],
    spans: Sequence[Span],
    mentions: Sequence[Mention],
) -> bool:
    """Whether a literal reading stands right beside the same name in its own letters.

    Nobody writes a name twice in a row: the words belong to something else.
    """
    if hypothesis.via not in _LITERAL.values():
        return False
    others = [
        other for one, other in zip(found, spans, strict=True)
        if one.entity == hypothesis.entity and one.via == "romanisation"
    ]  # fmt: skip
    others += [m.span for m in mentions if m.entity == hypothesis.entity]
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
        behind = _WORD.finditer(document.text, place.end, max(place.end, whole.end))
        last = next(islice(behind, _REACH - 1, None), None)
        end = whole.end if last is None else last.end()
        context = document.text[whole.start : max(place.end, end)]
        yield context, place.shift(-whole.start), spellings(hypothesis.rendering)


def measured(suspect: Suspect, gains: Sequence[float], excess: float) -> Suspect:
    """Return the suspect with the language model's figures put in."""
    hypotheses = zip(suspect.hypotheses, gains, strict=True)
    return Suspect(suspect.span, tuple(replace(h, gain=gain) for h, gain in hypotheses), excess)


def settle(
    document: Document, suspects: Sequence[Suspect], weights: Mapping[str, Weights]
) -> tuple[Suspect, ...]:
    """Return the measured suspects with the hypotheses of each ranked, best first.

    The same words mean the same name all through a document, and the first time that they are
    read makes them expected later: what they tell is the most that any of the places tells.
    """
    excess: dict[str, float] = {}
    gains: dict[tuple[str, str, str], float] = {}
    for suspect in suspects:
        written = _as_written(document, suspect)
        assert suspect.excess is not None
        excess[written] = max(suspect.excess, excess.get(written, suspect.excess))
        for h in suspect.hypotheses:
            assert h.gain is not None
            key = (written, h.via, h.rendering)
            gains[key] = max(h.gain, gains.get(key, h.gain))
    settled = []
    for suspect in suspects:
        written = _as_written(document, suspect)
        shared = [replace(h, gain=gains[written, h.via, h.rendering]) for h in suspect.hypotheses]
        informed = Suspect(suspect.span, tuple(shared), excess[written])
        ranked = sorted(shared, key=lambda h: -informed.score(h, weights))
        settled.append(replace(informed, hypotheses=tuple(ranked)))
    return tuple(settled)


def _as_written(document: Document, suspect: Suspect) -> str:
    """Return the words of a suspect; a capital tells a name of one word."""
    written = document[suspect.span]
    return written.casefold() if " " in written else written


def _of_segment(
    document: Document,
    segment: Segment,
    knowledge: KnowledgeBase,
    context: Context,
    forms: _Forms,
) -> Iterator[tuple[Hypothesis, Span]]:
    for reading in literal_readings(document, segment, knowledge):
        beside = cued(document, segment, reading.span, reading.entity.kind)
        yield (
            Hypothesis(
                entity=reading.entity.id,
                rendering=forms.of(reading.entity),
                kind=reading.entity.kind,
                replaces=_with_article(document, segment, reading.span, reading.entity),
                channel=reading.logprob,
                prior=context.prior(reading.entity, segment, beside),
                via=_LITERAL[min(3, reading.words)],
            ),
            reading.span,
        )
    for respelling in respellings(document, segment, knowledge):
        entity = respelling.entity
        beside = cued(document, segment, respelling.span, entity.kind) or _first_name(
            document, segment, respelling.span, entity
        )
        yield (
            Hypothesis(
                entity=entity.id,
                rendering=respelling.rendering,
                kind=entity.kind,
                replaces=respelling.span,
                channel=respelling.logprob,
                prior=context.prior(entity, segment, beside),
                via="romanisation",
            ),
            respelling.span,
        )

    for cut in split_names(document, segment, knowledge):
        yield (
            Hypothesis(
                entity=cut.entity.id,
                rendering=cut.entity.rendering(forms.style),
                kind=cut.entity.kind,
                replaces=cut.span,
                channel=cut.logprob,
                prior=context.prior(cut.entity, segment, False),
                via="split",
            ),
            cut.span,
        )


def _first_name(document: Document, segment: Segment, span: Span, entity: Entity) -> bool:
    """Whether another part of a person's name stands right before the span."""
    before = [word.text for word in words(document.text, segment.span.start, span.start)][-1:]
    parts = {stem(part) for form in entity.forms for part in form.split()[:-1]}
    return entity.kind == "person" and any(stem(word) in parts for word in before)


def _sound(span: Span, entity: str, known: Sequence[Mention], states: Sequence[Span]) -> bool:
    """Whether the span belongs to a name that is rendered as newsrooms do."""
    return any(state.contains(span) for state in states) or any(
        mention.span.contains(span) or (mention.entity == entity and mention.span.overlaps(span))
        for mention in known
    )


def _guesses(
    document: Document,
    segment: Segment,
    odd: Span,
    knowledge: KnowledgeBase,
    context: Context,
    forms: _Forms,
) -> Iterator[Hypothesis]:
    """Yield the entities that a word without any reading may stand for, likeliest first."""
    word = odd.of(document.text)
    if zipf(word) == 0.0 or word.endswith(_NO_NAME) or not _name_slot(document, segment, odd):
        return
    here = context.by_segment.get(segment, frozenset()) or context.countries.keys()
    guesses = []
    named = [knowledge[entity] for entity in context.named]
    local = knowledge.of_countries(here, _GUESSED_KINDS)
    for entity in {entity.id: entity for entity in (*named, *local)}.values():
        if entity.kind not in _GUESSED_KINDS:
            continue
        beside = cued(document, segment, odd, entity.kind)
        channel = _MISREAD - _PER_SOUND * _unlike(word, entity)
        guesses.append(
            Hypothesis(
                entity=entity.id,
                rendering=forms.of(entity),
                kind=entity.kind,
                replaces=_with_article(document, segment, odd, entity),
                channel=channel,
                prior=context.prior(entity, segment, beside) + _prominence(entity),
                via="misreading",
            )
        )
    guesses.sort(key=lambda guess: -(guess.channel + guess.prior))
    yield from guesses[:_MOST_GUESSES]


def _name_slot(document: Document, segment: Segment, span: Span) -> bool:
    """Whether a name could stand here: not behind an adjective or noun that goes with the word."""
    before = [word.text for word in words(document.text, segment.span.start, span.start)][-1:]
    if not before or document.text[span.start - 1] in '“"‘':
        return True
    word = before[0].casefold()
    return word in STOP_WORDS or word in _TAKE_NAMES or word.endswith(("ing", "ed"))


def _prominence(entity: Entity) -> float:
    """Return the share of P(entity) that its commonest one-word form tells, 0 for an unseen one."""
    return _PER_ZIPF * max((zipf(form) for form in entity.forms if " " not in form), default=0.0)


def _unlike(word: str, entity: Entity) -> float:
    """Return 0 for a word that sounds like the name, 1 for one that has nothing of it."""
    targets = {form for form in entity.forms if " " not in form and not form.isupper()}
    for language, name in entity.sources:
        if language in ("ar", "fa", "ru", "uk") and " " not in name:
            roman = romanise(name)
            targets.add(roman.removeprefix("al"))
    away = [
        distance(word, target) / max(len(sounds(word)), len(sounds(target)), 1)
        for target in targets
    ]
    return min(1.0, *away) if away else 1.0


def _with_article(document: Document, segment: Segment, span: Span, entity: Entity) -> Span:
    """Widen the span over an article and quotation marks that the right name would not carry."""
    text, start, end = document.text, span.start, span.end
    if text[start - 1 : start] in ("“", '"') and text[end : end + 1] in ("”", '"'):
        start, end = start - 1, end + 1
    if entity.article:
        return span
    for article in ("the ", "The "):
        at = start - len(article)
        if at >= segment.span.start and text[at:start] == article and _alone(text, end, segment):
            return Span(at, end)
    return span


def _alone(text: str, end: int, segment: Segment) -> bool:
    """Whether the name ends its noun phrase, so that no noun after it needs the article."""
    following = next(words(text, end, segment.span.end), None)
    if following is None or text[end : following.span.start].strip(' ”"'):
        return True
    # A noun that the name qualifies comes next: "the Daesh militants" keeps its article.
    return not following.text[0].islower() or _verb_like(following.text)


def _verb_like(word: str) -> bool:
    folded = bare(word)
    return folded.endswith("ed") or folded in _AFTER_NAMES


_AFTER_NAMES = frozenset(
    "is are was were has have had will would can could may might said says say took take led and "
    "or in on at to from of for with by near who which that after before as but while when "
    "told went came began lost won held left met made got gave".split()
)


class _Forms:
    """How each entity is to be rendered: as the document itself does, else by the house style."""

    def __init__(self, document: Document, mentions: Iterable[Mention], style: str) -> None:
        used: dict[str, Counter[str]] = defaultdict(Counter)
        for mention in mentions:
            if not document[mention.span].islower():
                used[mention.entity][document[mention.span]] += 1
        self._used = {entity: counts.most_common(1)[0][0] for entity, counts in used.items()}
        self.style = style

    def of(self, entity: Entity) -> str:
        return self._used.get(entity.id) or entity.rendering(self.style)


def spellings(rendering: str) -> tuple[str, ...]:
    """Return a rendering and, where it has accents, its plain spelling.

    A small language model hardly knows "Yeni Şafak"; what it thinks of the name is the better of
    the two.
    """
    decomposed = unicodedata.normalize("NFKD", rendering.replace("ı", "i"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return (rendering,) if plain == rendering else (rendering, plain)


def _grouped(found: Sequence[Hypothesis], spans: Sequence[Span]) -> Iterator[Suspect]:
    """Join hypotheses on the same words into one suspect, the best few of each."""
    by_span: dict[Span, list[Hypothesis]] = defaultdict(list)
    for hypothesis, span in zip(found, spans, strict=True):
        by_span[span].append(hypothesis)
    for span in sorted(by_span):
        best: dict[str, Hypothesis] = {}
        for hypothesis in sorted(by_span[span], key=lambda h: -(h.channel + h.prior)):
            best.setdefault(hypothesis.rendering, hypothesis)
        most = _MOST_GUESSES if any(h.via == "misreading" for h in best.values()) else 0
        yield Suspect(span, tuple(best.values())[: max(most, _MOST_HYPOTHESES)])


def odds(score: float) -> float:
    """Return the probability of a hypothesis that beats soundness by ``score`` nats."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score))))
