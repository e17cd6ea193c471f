"""What was measured for a document, and nothing more: the input of every check."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mtaudit.document import Span


@dataclass(frozen=True, slots=True)
class TokenScore:
    """One token and the code points it spells; two tokens may share one.

    ``logprob`` is log p(token | left context) and ``entropy`` that of p(. | left context), in nats.
    """

    span: Span
    logprob: float
    entropy: float


@dataclass(frozen=True, slots=True)
class WordScore:
    """One white-space delimited word and its surprisal in nats, corrected for leading space."""

    span: Span
    surprisal: float


@dataclass(frozen=True, slots=True)
class TextScore:
    """The scores of one text in columns: one entry a token, then one a word, both in order.

    ``starts`` and ``ends`` are the code points of the tokens, white space before them left out.
    ``readings`` are columns of what the error tagger tells of each token: the probabilities that it
    is part of an error, of a major one, that a post-editor changes it, that it is part of a slip,
    and a rating; () without a tagger.
    """

    starts: array[int]
    ends: array[int]
    logprobs: array[float]
    entropies: array[float]
    word_starts: array[int]
    word_ends: array[int]
    surprisals: array[float]
    readings: tuple[array[float], ...] = ()

    @property
    def tokens(self) -> tuple[TokenScore, ...]:
        """Every token in order."""
        columns = zip(self.starts, self.ends, self.logprobs, self.entropies, strict=True)
        return tuple(TokenScore(Span(a, b), logprob, entropy) for a, b, logprob, entropy in columns)

    @property
    def words(self) -> tuple[WordScore, ...]:
        """Every word in order."""
        columns = zip(self.word_starts, self.word_ends, self.surprisals, strict=True)
        return tuple(WordScore(Span(a, b), surprisal) for a, b, surprisal in columns)

    def words_within(self, span: Span) -> tuple[WordScore, ...]:
        """Return the words that lie wholly inside ``span``."""
        first = bisect_left(self.word_starts, span.start)
        last = bisect_right(self.word_ends, span.end)
        return tuple(
            WordScore(Span(self.word_starts[i], self.word_ends[i]), self.surprisals[i])
            for i in range(first, last)
        )

    def within(self, span: Span) -> slice:
        """Return which tokens overlap ``span``."""
        first = bisect_right(self.ends, span.start)
        return slice(first, max(first, bisect_left(self.starts, span.end)))

    def mean_surprisal(self, span: Span | None = None) -> float | None:
        """Return the surprisal in nats of a token of ``span`` (or of all); None without one."""
        logprobs = self.logprobs if span is None else self.logprobs[self.within(span)]
        return -sum(logprobs) / len(logprobs) if logprobs else None

    def word_excess(self, span: Span) -> float:
        """Return the surprisal of a word less the entropy of its place, in nats.

        Only the first token has a choice of words before it; the others finish the word.
        """
        tokens = self.within(span)
        entropies = self.entropies[tokens]
        return -sum(self.logprobs[tokens]) - entropies[0] if entropies else 0.0

    def error(self, span: Span) -> float | None:
        """Return the greatest error probability of the tokens that overlap ``span``."""
        told = self.readings[0][self.within(span)] if self.readings else ()
        return max(told, default=None)

    def severe(self, span: Span) -> float | None:
        """Return the greatest probability of a major error of the tokens that overlap ``span``."""
        told = self.readings[1][self.within(span)] if self.readings else ()
        return max(told, default=None)

    def edited(self, span: Span) -> float | None:
        """Return the greatest probability that a post-editor changes a token of ``span``."""
        told = self.readings[2][self.within(span)] if self.readings else ()
        return max(told, default=None)

    def slip(self, span: Span) -> float | None:
        """Return the greatest probability of a token of ``span`` to be part of a slip."""
        told = self.readings[3][self.within(span)] if self.readings else ()
        return max(told, default=None)

    def rating(self, span: Span) -> float | None:
        """Return the estimated direct assessment of ``span`` as a z-score, higher is better."""
        told = self.readings[4][self.within(span)] if self.readings else ()
        return sum(told) / len(told) if told else None

    def excess(self, span: Span) -> float:
        """Return the surprisal of the tokens that overlap ``span`` less their entropy, in nats."""
        tokens = self.within(span)
        return -sum(self.logprobs[tokens]) - sum(self.entropies[tokens])

    @classmethod
    def joined(cls, parts: Iterable[tuple[int, TextScore]]) -> TextScore:
        """Return the score of a text from those of its pieces, each with the place it starts at."""
        parts = list(parts)
        readings = tuple(array("d") for _ in (parts[0][1].readings if parts else ()))
        whole = cls(array("i"), array("i"), array("d"), array("d"), array("i"), array("i"),
                    array("d"), readings)  # fmt: skip
        for at, part in parts:
            whole.starts.extend(start + at for start in part.starts)
            whole.ends.extend(end + at for end in part.ends)
            whole.logprobs.extend(part.logprobs)
            whole.entropies.extend(part.entropies)
            whole.word_starts.extend(start + at for start in part.word_starts)
            whole.word_ends.extend(end + at for end in part.word_ends)
            whole.surprisals.extend(part.surprisals)
            for column, more in zip(whole.readings, part.readings, strict=True):
                column.extend(more)
        return whole


@dataclass(frozen=True, slots=True)
class Weights:
    """How the terms of a hypothesis of one channel add up to log-odds.

    ``names`` weighs channel + prior, ``excess`` and ``gain`` the language model's two figures.
    """

    names: float
    excess: float
    gain: float
    constant: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A rendering that may have been meant.

    ``channel`` is log P(what stands there | the rendering), ``prior`` log P(rendering | document),
    ``gain`` the change in log-probability of the context when the rendering is put in, all in
    nats; ``gain`` is None when no language model was asked. ``replaces`` may be wider than the
    suspicious span (an article goes with the words it belongs to). ``via`` names the channel,
    ``name`` is the name without what the sentence adds to it, ``written`` the name in its own
    language that the channel started from, "" where it did not.
    """

    entity: str
    rendering: str
    kind: str
    replaces: Span
    channel: float
    prior: float
    via: str
    gain: float | None = None
    name: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A span that may be a garbled name, with the hypotheses that explain it, best first.

    ``excess`` is the surprisal of the span's tokens less their entropy, in nats: how much more
    unexpected they are than words in their place are; None without a language model. ``error`` is
    the greatest probability of its tokens to be part of an error; None without a tagger.
    """

    span: Span
    hypotheses: tuple[Hypothesis, ...]
    excess: float | None = None
    error: float | None = None

    def score(self, hypothesis: Hypothesis, weights: Mapping[str, Weights]) -> float:
        """Return the log-odds, in nats, that the hypothesis was meant and not what stands there."""
        own = weights[hypothesis.via]
        told = own.constant + own.names * (hypothesis.channel + hypothesis.prior)
        if hypothesis.gain is not None and self.excess is not None:
            told += own.excess * self.excess + own.gain * hypothesis.gain
        return told


@dataclass(frozen=True, slots=True)
class Rewriting:
    """An edit of a few words that may put a passage right.

    ``slip`` names what would be put right, ``gain`` is the change in log-probability of the
    sentence up to some words behind the passage, in nats, less what leaving words out is worth;
    None before it was measured.
    """

    span: Span
    replacement: str
    slip: str
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of words that the error tagger takes for an error.

    ``chance`` is that of its likeliest word: the geometric mean of the probabilities that an
    annotator marks it and that a post-editor changes it. ``slip`` is the greatest probability of
    its words to be part of a slip of grammar or word order, ``severe`` of a major error.
    """

    span: Span
    chance: float
    slip: float
    severe: float
    rewritings: tuple[Rewriting, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that the knowledge base knows in a form that newsrooms print."""

    span: Span
    entity: str
    kind: str
    canonical: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameForm:
    """One written form of a name and its places, in order."""

    text: str
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NameGroup:
    """The forms that one name takes in a document, in the order of their first places.

    ``spelling`` says that they differ in spelling alone. ``preferred`` is the form of the house
    style, or that of the run and then ``others`` the number of the other documents that print it;
    None where neither settles on one.
    """

    forms: tuple[NameForm, ...]
    spelling: bool
    preferred: str | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was measured for one document; ``text_score`` is None without a language model."""

    text_score: TextScore | None = None
    mentions: tuple[Mention, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    names: tuple[NameGroup, ...] = ()
    passages: tuple[Passage, ...] = ()
