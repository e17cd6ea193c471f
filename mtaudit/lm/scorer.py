"""Surprisal and entropy of every token and word, and the gain of putting other words in.

All figures are natural logarithms (nats). A text is scored after BOS, so its first token has a
probability too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from mtaudit.document import Span
from mtaudit.evidence import TextScore
from mtaudit.lm.batching import FIGURES, wanted_sequences, whole_texts
from mtaudit.lm.cache import ScoreCache, digest
from mtaudit.lm.encoding import Bools, Encoded, Encoder
from mtaudit.lm.model import LanguageModel
from mtaudit.lm.reading import ProjectedTaps, Reader, read_texts
from mtaudit.lm.rescoring import Tree, Variant, variant
from mtaudit.lm.runner import Floats, Progress, Runner
from mtaudit.lm.textscores import slots, text_scores

# Characters of the texts that are in work at once: enough to sort by length, little to hold.
_CPU_CHARACTERS = 400_000
_CUDA_CHARACTERS = 16_000_000
_MOST_WORKERS = 8
# Bumped when a change of this package moves scores.
_VERSION = "3"
# A text, and what it is changed to.
Pair = tuple[str, str]


class Scorer:
    """Scores texts with a language model.

    Args:
        model: the model.
        window: tokens read at once, BOS not counted; texts that are longer are read in windows.
        overlap: tokens of left context that every token of a later window sees at least.
        batch_rows: rows (tokens, and one for each text) that go through the network together;
            None chooses by the device.
        cache: where scores are kept from one run to the next.
        characters: how much text is in work at once; None chooses by the device.
        workers: processes that tokenise ahead of the network once there is more text than is in
            work at once; 0 tokenises in this one, None takes some for a GPU and none for a CPU.
        notice: told, in one line, of what is not as it should be and is dealt with.
        reader: what reads the states of the same pass for each token, such as the error tagger.

    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        window: int = 2047,
        overlap: int = 512,
        batch_rows: int | None = None,
        characters: int | None = None,
        cache: ScoreCache | None = None,
        workers: int | None = None,
        notice: Callable[[str], None] = lambda _: None,
        reader: Reader | None = None,
    ) -> None:
        self.model = model
        self._reader = reader
        self._figures = FIGURES + (reader.outputs if reader is not None else 0)
        self._size = min(window, model.window - 1)
        self._overlap = min(overlap, self._size // 2)
        usual = _CUDA_CHARACTERS if model.device == "cuda" else _CPU_CHARACTERS
        self._characters = characters or usual
        self._cache = cache
        if workers is None:
            spare = min(_MOST_WORKERS, (os.cpu_count() or 2) - 1)
            workers = spare if model.device == "cuda" else 0
        self._encoder = Encoder(model.tokenizer, model.folder, workers)
        self._runner = Runner(model, batch_rows, notice)

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """Digests of weights and tokenizer, the BOS policy, and the number format."""
        card = self.model.card
        bos = f"{card.bos_token}={card.bos_id}"
        return card.digest, card.tokenizer_digest, bos, self.model.dtype

    @property
    def reader_digest(self) -> str:
        """The digest of what reads the model's states; "" without one."""
        return "" if self._reader is None else self._reader.digest

    def score(self, texts: Sequence[str], progress: Progress | None = None) -> list[TextScore]:
        """Return the token and word scores of each text, in the order given.

        ``progress`` is called with characters done and characters in all.

        Raises:
            ModelError: the model gives numbers that are not finite, or memory is too small.

        """
        total = sum(map(len, texts))
        return list(self._stream(texts, None if progress is None else lambda n: progress(n, total)))

    def stream(self, texts: Iterable[str]) -> Iterator[TextScore]:
        """Yield the scores of each text in order; only some texts are held at a time.

        Raises:
            ModelError: the model gives numbers that are not finite, or memory is too small.

        """
        return self._stream(texts, None)

    def _stream(
        self, texts: Iterable[str], progress: Callable[[int], None] | None
    ) -> Iterator[TextScore]:
        # The texts of a chunk that are distinct, and which of them each text is.
        chunks: list[list[int]] = []

        def distinct() -> Iterator[list[str]]:
            for chunk in _chunks(texts, self._characters):
                numbers = {text: number for number, text in enumerate(dict.fromkeys(chunk))}
                chunks.append([numbers[text] for text in chunk])
                yield list(numbers)

        before = 0
        for encoded in self._encoder.stream(distinct()):
            characters = sum(map(len, encoded.texts))

            def within(done: int, total: int, before: int = before, size: int = characters) -> None:
                if progress is not None:
                    progress(before + size * done // max(1, total))

            scores = self._scores(encoded, within)
            members = chunks.pop(0)
            before += sum(len(encoded.texts[number]) for number in members)
            for number in members:
                yield scores[number]
            if progress is not None:
                progress(before)

    def _scores(self, encoded: Encoded, progress: Progress) -> list[TextScore]:
        """Return the scores of distinct texts, from the cache where they are there."""
        slots = len(encoded.ids) + len(encoded)
        table = np.zeros((self._figures, slots), dtype=np.float32)
        missing = self._from_cache(encoded, table)
        every = whole_texts(encoded.token_splits, self._size, self._overlap)
        sequences = wanted_sequences(every, encoded.token_splits, missing)
        measured, taps = table[:FIGURES], None
        if self._reader is not None and missing.any():
            taps = ProjectedTaps(self._reader, slots)
        self._runner.measure(encoded, sequences, measured, progress, taps)
        if self._reader is not None and taps is not None:
            table[FIGURES:] += read_texts(self._reader, encoded, missing, measured, taps)
        self._to_cache(encoded, missing, table)
        return text_scores(encoded, table)

    def _keys(self, texts: Iterable[str]) -> list[bytes]:
        own = (
            _VERSION,
            *self.signature,
            self.model.computation,
            f"{self._size}-{self._overlap}",
            self.reader_digest,
        )
        return [digest("score", *own, text) for text in texts]

    def _from_cache(self, encoded: Encoded, table: Floats) -> Bools:
        """Fill in what the cache knows and return which texts it does not."""
        missing = np.ones(len(encoded), dtype=np.bool_)
        if self._cache is None:
            return missing
        keys = self._keys(encoded.texts)
        known = self._cache.get(keys)
        for number, key in enumerate(keys):
            place = slots(encoded, number)
            value = known.get(key, b"")
            if len(value) == table[:, place].nbytes:
                table[:, place] = np.frombuffer(value, dtype=np.float32).reshape(self._figures, -1)
                missing[number] = False
        return missing

    def _to_cache(self, encoded: Encoded, measured: Bools, table: Floats) -> None:
        if self._cache is None:
            return
        numbers = np.flatnonzero(measured).tolist()
        keys = self._keys(encoded.texts[number] for number in numbers)
        self._cache.put(
            {
                key: table[:, slots(encoded, number)].tobytes()
                for key, number in zip(keys, numbers, strict=True)
            }
        )

    def log_probability(self, texts: Sequence[str]) -> list[float]:
        """Return the total log-probability of each text given BOS, in nats."""
        return [sum(score.logprobs) for score in self.score(texts)]

    def rescore(self, text: str, span: Span, replacements: Sequence[str]) -> list[float]:
        """Return, for each replacement of ``span``, the change in log-probability of ``text``.

        Positive: the whole text becomes likelier with the replacement in the place of the span.
        """
        return self.rescore_all([(text, span, tuple(replacements))])[0]

    def rescore_all(
        self,
        requests: Sequence[tuple[str, Span, Sequence[str]]],
        progress: Progress | None = None,
    ) -> list[list[float]]:
        """Return :meth:`rescore` for many requests; what texts share is computed once.

        ``progress`` is called with variants done and variants in all.
        """
        pairs: dict[Pair, float] = {}
        for text, span, replacements in requests:
            for replacement in replacements:
                pairs[text, _replaced(text, span, replacement)] = 0.0
        asked = [pair for pair in pairs if pair[0] != pair[1]]
        known = self._known_gains(asked)
        pairs.update(known)
        fresh = self._gains([pair for pair in asked if pair not in known], progress or _silent)
        pairs.update(fresh)
        if self._cache is not None and fresh:
            keys = self._gain_keys(fresh)
            values = (np.float64(gain).tobytes() for gain in fresh.values())
            self._cache.put(dict(zip(keys, values, strict=True)))
        return [
            [pairs[text, _replaced(text, span, replacement)] for replacement in replacements]
            for text, span, replacements in requests
        ]

    def _gain_keys(self, pairs: Iterable[Pair]) -> list[bytes]:
        own = (_VERSION, *self.signature, self.model.computation)
        return [digest("gain", *own, *pair) for pair in pairs]

    def _known_gains(self, pairs: Sequence[Pair]) -> dict[Pair, float]:
        if self._cache is None:
            return {}
        keys = self._gain_keys(pairs)
        known = self._cache.get(keys)
        return {
            pair: float(np.frombuffer(known[key], dtype=np.float64)[0])
            for pair, key in zip(pairs, keys, strict=True)
            if len(known.get(key, b"")) == 8
        }

    def _gains(self, pairs: Sequence[Pair], progress: Progress) -> dict[Pair, float]:
        """Return the gain of each pair of a text and what it is changed to."""
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        if not texts:
            return {}
        encoded = self._encoder.encode(texts)
        ids = {
            text: encoded.ids[encoded.tokens(number)].tolist() for number, text in enumerate(texts)
        }
        branches: dict[str, list[Variant]] = {}
        apart: list[Pair] = []
        for number, (text, changed) in enumerate(pairs):
            long = max(len(ids[text]), len(ids[changed])) >= self._size
            if long or not self.model.network.shares_prefixes:
                apart.append((text, changed))
            else:
                branch = variant(number, ids[text], ids[changed])
                branches.setdefault(text, []).append(branch)
        trees = [Tree(ids[text], tuple(variants)) for text, variants in branches.items()]
        gains = self._runner.gains(trees, len(pairs), progress)
        found = dict(zip(pairs, gains, strict=True))
        if apart:
            whole = list(dict.fromkeys(text for pair in apart for text in pair))
            totals = dict(zip(whole, self.log_probability(whole), strict=True))
            found.update({pair: totals[pair[1]] - totals[pair[0]] for pair in apart})
        return found


def _silent(done: int, total: int) -> None:
    """Report progress to nobody."""


def _chunks(texts: Iterable[str], characters: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and size + len(text) > characters:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk


def _replaced(text: str, span: Span, replacement: str) -> str:
    return text[: span.start] + replacement + text[span.end :]
