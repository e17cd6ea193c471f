"""Surprisal and entropy of every token and word, and the gain of putting other words in.

All figures are natural logarithms (nats). A text is scored after BOS, so its first token has a
probability too; no attention mask is needed, because a causal model never looks at the padding on
the right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from mtaudit.document import Span
from mtaudit.errors import ModelError
from mtaudit.evidence import TextScore, TokenScore, WordScore
from mtaudit.lm.model import LanguageModel
from mtaudit.lm.windows import Window, windows

# Rows of the vocabulary head computed at once: [256, 49152] fp32 is 50 MB.
_HEAD_ROWS = 256
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Job:
    """One window of one text, to be run through the network."""

    text: int
    ids: tuple[int, ...]
    window: Window


@dataclass(slots=True)
class _Sheet:
    """Per-token results of one text; ``boundary`` has one entry more, after the last token."""

    logprob: list[float]
    entropy: list[float]
    boundary: list[float]


class Scorer:
    """Scores texts with a language model.

    Args:
        model: the loaded model.
        window: tokens read at once, BOS not counted; texts that are longer are read in windows.
        overlap: tokens of left context that every token of a later window sees at least.
        batch_tokens: tokens, padding included, that go through the network together.

    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        window: int = 2047,
        overlap: int = 512,
        batch_tokens: int = 2048,
    ) -> None:
        self.model = model
        self._size = min(window, model.window - 1)
        self._overlap = min(overlap, self._size // 2)
        self._budget = batch_tokens

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """Digests of weights and tokenizer, the BOS policy, and the number format."""
        card = self.model.card
        return card.digest, card.tokenizer_digest, f"{card.bos_token}={card.bos_id}", "float32"

    def score(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> list[TextScore]:
        """Return the token and word scores of each text, in the order given.

        ``progress`` is called with tokens done and tokens in all.

        Raises:
            ModelError: the model gives numbers that are not finite.

        """
        encodings = [self.model.encode(text) for text in texts]
        sheets = self._run([encoding.ids for encoding in encodings], progress)
        return [
            _text_score(text, [Span(*offset) for offset in encoding.offsets], sheet)
            for text, encoding, sheet in zip(texts, encodings, sheets, strict=True)
        ]

    def log_probability(self, texts: Sequence[str]) -> list[float]:
        """Return the total log-probability of each text given BOS, in nats."""
        sheets = self._run([self.model.encode(text).ids for text in texts], None)
        return [sum(sheet.logprob) for sheet in sheets]

    def rescore(self, text: str, span: Span, replacements: Sequence[str]) -> list[float]:
        """Return, for each replacement of ``span``, the change in log-probability of ``text``.

        Positive: the whole text becomes likelier with the replacement in the place of the span.
        """
        return self.rescore_all([(text, span, tuple(replacements))])[0]

    def rescore_all(
        self,
        requests: Sequence[tuple[str, Span, Sequence[str]]],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[list[float]]:
        """Return :meth:`rescore` for many requests; equal texts are scored once."""
        variants: dict[str, int] = {}
        for text, span, replacements in requests:
            variants.setdefault(text, len(variants))
            for replacement in replacements:
                variants.setdefault(_replaced(text, span, replacement), len(variants))
        sheets = self._run([self.model.encode(text).ids for text in variants], progress)
        totals = [sum(sheet.logprob) for sheet in sheets]
        return [
            [
                totals[variants[_replaced(text, span, replacement)]] - totals[variants[text]]
                for replacement in replacements
            ]
            for text, span, replacements in requests
        ]

    def _run(
        self, texts: Sequence[Sequence[int]], progress: Callable[[int, int], None] | None
    ) -> list[_Sheet]:
        sheets = [
            _Sheet([0.0] * len(ids), [0.0] * len(ids), [0.0] * (len(ids) + 1)) for ids in texts
        ]
        jobs = [
            _Job(number, tuple(ids[window.start : window.end]), window)
            for number, ids in enumerate(texts)
            for window in windows(len(ids), self._size, self._overlap)
        ]
        # Longest first: memory runs out at once or never.
        jobs.sort(key=lambda job: len(job.window), reverse=True)
        total = sum(len(job.window) for job in jobs)
        done = 0
        start = 0
        while start < len(jobs):
            width = len(jobs[start].window) + 1
            end = start + max(1, self._budget // width)
            batch = jobs[start:end]
            self._run_batch(batch, sheets)
            done += sum(len(job.window) for job in batch)
            if progress is not None:
                progress(done, total)
            start = end
        return sheets

    @torch.inference_mode()
    def _run_batch(self, batch: Sequence[_Job], sheets: list[_Sheet]) -> None:
        # ids:     BOS t0 t1 t2 pad     row i of the states predicts the token in column i + 1,
        # states:  s0  s1 s2 s3 -       so position p of a window is predicted by row p.
        bos = self.model.card.bos_id
        width = max(len(job.ids) for job in batch) + 1
        ids = torch.full((len(batch), width), bos, dtype=torch.long)
        for row, job in enumerate(batch):
            ids[row, 1 : len(job.ids) + 1] = torch.tensor(job.ids, dtype=torch.long)
        states = self.model.network.base_model(input_ids=ids, use_cache=False).last_hidden_state
        picked: list[torch.Tensor] = []
        targets: list[int] = []
        places: list[tuple[_Sheet, int, bool]] = []
        for row, job in enumerate(batch):
            sheet = sheets[job.text]
            lead = job.window.first - job.window.start
            picked.append(states[row, lead : len(job.ids) + 1])
            targets.extend(job.ids[lead:])
            targets.append(bos)  # the row behind the last token has only a boundary
            scored = range(job.window.first, job.window.end)
            places.extend((sheet, position, True) for position in scored)
            places.append((sheet, job.window.end, False))
        self._head(torch.cat(picked), targets, places)

    def _head(
        self,
        states: torch.Tensor,
        targets: Sequence[int],
        places: Sequence[tuple[_Sheet, int, bool]],
    ) -> None:
        """Turn states [rows, width] into log-probabilities, a few rows of logits at a time."""
        weight = self.model.network.get_output_embeddings()
        mask = self.model.word_boundary
        wanted = torch.tensor(targets, dtype=torch.long)
        for start in range(0, len(targets), _HEAD_ROWS):
            rows = slice(start, start + _HEAD_ROWS)
            log_p = weight(states[rows]).float().log_softmax(-1)  # [rows, vocabulary]
            p = log_p.exp()
            chosen = log_p.gather(1, wanted[rows, None]).squeeze(1)
            entropy = -(p * log_p).sum(-1)
            boundary = (p @ mask).clamp_min(1e-30).log()
            if not bool(torch.isfinite(chosen).all() and torch.isfinite(entropy).all()):
                raise ModelError(
                    f"the model {self.model.card.name} gives numbers that are not finite; its "
                    "weights are damaged: remove it and pull it again"
                )
            for (sheet, position, scored), a, b, c in zip(
                places[rows], chosen.tolist(), entropy.tolist(), boundary.tolist(), strict=True
            ):
                sheet.boundary[position] = c
                if scored:
                    sheet.logprob[position] = a
                    sheet.entropy[position] = b


def _replaced(text: str, span: Span, replacement: str) -> str:
    return text[: span.start] + replacement + text[span.end :]


def _text_score(text: str, offsets: Sequence[Span], sheet: _Sheet) -> TextScore:
    tokens = tuple(
        TokenScore(_trimmed(text, span), logprob, entropy)
        for span, logprob, entropy in zip(offsets, sheet.logprob, sheet.entropy, strict=True)
    )
    return TextScore(tokens, tuple(_words(text, offsets, tokens, sheet.boundary)))


def _trimmed(text: str, span: Span) -> Span:
    """Return the token's span without its leading white space, whole when there is nothing else."""
    start = span.start
    while start < span.end and text[start].isspace():
        start += 1
    return Span(start, span.end) if start < span.end else span


def _words(
    text: str, offsets: Sequence[Span], tokens: Sequence[TokenScore], boundary: Sequence[float]
) -> list[WordScore]:
    """Return the surprisal of each white-space delimited word, leading white space put right.

    A vocabulary whose tokens carry the space before a word gives the end of a word to the word
    that follows. Pimentel & Meister (2024, "How to Compute the Probability of a Word", eq. 11)
    move it back: with B the tokens that begin with white space or end the text,

        log p(word) = sum log p(token) + log p(B | ... word) - log p(B | ...)

    where the last term is left out at the start of a text and after a white-space token, where no
    choice between going on and ending a word was left.
    """
    found: list[WordScore] = []
    token = 0
    for match in _WORD.finditer(text):
        while token < len(tokens) and tokens[token].span.start < match.start():
            token += 1
        first = token
        while token < len(tokens) and tokens[token].span.start < match.end():
            token += 1
        if first == token:  # the word lies inside a token that began in the word before
            continue
        logprob = sum(score.logprob for score in tokens[first:token]) + boundary[token]
        if text[offsets[first].start].isspace():
            logprob -= boundary[first]
        found.append(WordScore(Span(*match.span()), -logprob))
    return found
