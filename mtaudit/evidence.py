"""What was measured for a document, and nothing more: the input of every check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """The scores of one text: every token and every word in order."""

    tokens: tuple[TokenScore, ...]
    words: tuple[WordScore, ...]

    def within(self, span: Span) -> Sequence[TokenScore]:
        """Return the tokens that overlap ``span``."""
        low, high = 0, len(self.tokens)
        while low < high:
            middle = (low + high) // 2
            if self.tokens[middle].span.end <= span.start:
                low = middle + 1
            else:
                high = middle
        end = low
        while end < len(self.tokens) and self.tokens[end].span.start < span.end:
            end += 1
        return self.tokens[low:end]

    def surprisal(self, span: Span) -> float:
        """Return the surprisal in nats of the tokens that overlap ``span``."""
        return -sum(token.logprob for token in self.within(span))

    def word_excess(self, span: Span) -> float:
        """Return the surprisal of a word less the entropy of its place, in nats.

        Only the first token has a choice of words before it; the others finish the word.
        """
        tokens = self.within(span)
        return self.surprisal(span) - tokens[0].entropy if tokens else 0.0

    def excess(self, span: Span) -> float:
        """Return the surprisal of the tokens that overlap ``span`` less their entropy, in nats."""
        return sum(-token.logprob - token.entropy for token in self.within(span))


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
    suspicious span (an article goes with the words it belongs to). ``via`` names the channel.
    """

    entity: str
    rendering: str
    kind: str
    replaces: Span
    channel: float
    prior: float
    via: str
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A span that may be a garbled name, with the hypotheses that explain it, best first.

    ``excess`` is the surprisal of the span's tokens less their entropy, in nats: how much more
    unexpected they are than words in their place are; None without a language model.
    """

    span: Span
    hypotheses: tuple[Hypothesis, ...]
    excess: float | None = None

    def score(self, hypothesis: Hypothesis, weights: Mapping[str, Weights]) -> float:
        """Return the log-odds, in nats, that the hypothesis was meant and not what stands there."""
        own = weights[hypothesis.via]
        told = own.constant + own.names * (hypothesis.channel + hypothesis.prior)
        if hypothesis.gain is not None and self.excess is not None:
            told += own.excess * self.excess + own.gain * hypothesis.gain
        return told


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that the knowledge base knows in a form that newsrooms print."""

    span: Span
    entity: str
    kind: str
    canonical: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was measured for one document; ``text_score`` is None without a language model."""

    text_score: TextScore | None = None
    mentions: tuple[Mention, ...] = ()
    suspects: tuple[Suspect, ...] = ()
