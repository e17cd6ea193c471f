"""Texts as columns: token ids, the code points they spell, and where words begin and end."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from mtaudit.lm import folders

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
# Every character that str.isspace knows lies below this code point.
_LAST_SPACE = 0x3001
_IS_SPACE = np.array([chr(point).isspace() for point in range(_LAST_SPACE)])


@dataclass(frozen=True, slots=True)
class Encoded:
    """The tokens and words of several texts, one after the other.

    The tokens of text i are ``token_splits[i]`` to ``token_splits[i + 1]``, its words likewise.
    ``starts`` and ``ends`` are code points of the token's text, white space before it left out
    (a token of nothing but white space keeps it). ``word_first`` and ``word_last`` are the tokens
    [first, last) of a word, counted through all texts; ``word_spaced`` says whether the first
    carries the white space before the word.
    """

    texts: Sequence[str]
    token_splits: Ints
    ids: Ints
    starts: Ints
    ends: Ints
    word_splits: Ints
    word_starts: Ints
    word_ends: Ints
    word_first: Ints
    word_last: Ints
    word_spaced: Bools

    def __len__(self) -> int:
        return len(self.texts)

    def lengths(self) -> Ints:
        """Return the number of tokens of each text."""
        return np.diff(self.token_splits)

    def tokens(self, text: int) -> slice:
        """Return which tokens are those of one text."""
        return slice(int(self.token_splits[text]), int(self.token_splits[text + 1]))

    def words(self, text: int) -> slice:
        """Return which words are those of one text."""
        return slice(int(self.word_splits[text]), int(self.word_splits[text + 1]))


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> Encoded:
    """Tokenise texts as plain characters; lone surrogates become U+FFFD."""
    encodings = tokenizer.encode_batch([_spellable(text) for text in texts], False, False)
    counts = [len(encoding.ids) for encoding in encodings]
    token_splits = _splits(counts)
    ids = _joined([encoding.ids for encoding in encodings])
    offsets = [np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) for encoding in encodings]
    pairs = np.concatenate(offsets) if offsets else np.empty((0, 2), dtype=np.int32)

    # All texts in one row, each with white space behind it, so that no word runs into the next.
    row = "".join(f"{text}\n" for text in texts)
    points = np.frombuffer(row.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    text_starts = _splits([len(text) + 1 for text in texts])
    space = points < _LAST_SPACE
    space[space] = _IS_SPACE[points[space]]
    token_base = np.repeat(text_starts[:-1], counts)
    raw_starts, ends = pairs[:, 0] + token_base, pairs[:, 1] + token_base
    starts = _past_space(raw_starts, ends, space)

    edges = np.flatnonzero(np.diff(space.astype(np.int8), prepend=1, append=1))
    word_starts, word_ends = edges[::2], edges[1::2]
    first = np.searchsorted(starts, word_starts).astype(np.int32)
    last = np.searchsorted(starts, word_ends).astype(np.int32)
    whole = first < last  # else the word lies inside a token that began in the word before
    word_starts, word_ends = word_starts[whole], word_ends[whole]
    first, last = first[whole], last[whole]
    word_splits = np.searchsorted(word_starts, text_starts).astype(np.int32)
    word_base = np.repeat(text_starts[:-1], np.diff(word_splits))
    return Encoded(
        texts=texts,
        token_splits=token_splits,
        ids=ids,
        starts=starts - token_base,
        ends=ends - token_base,
        word_splits=word_splits,
        word_starts=(word_starts - word_base).astype(np.int32),
        word_ends=(word_ends - word_base).astype(np.int32),
        word_first=first,
        word_last=last,
        word_spaced=space[raw_starts[first]],
    )


def _past_space(starts: Ints, ends: Ints, space: Bools) -> Ints:
    """Return the starts moved past white space, except in tokens that hold nothing else."""
    moved = starts.copy()
    still = np.flatnonzero(space[moved] & (moved < ends))
    while len(still):
        moved[still] += 1
        still = still[(moved[still] < ends[still]) & space[moved[still]]]
    return np.where(moved < ends, moved, starts).astype(np.int32)


def _splits(counts: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int32)


def _joined(lists: Sequence[Sequence[int]]) -> Ints:
    return np.fromiter((number for ids in lists for number in ids), dtype=np.int32)


def _spellable(text: str) -> str:
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Encoder:
    """Encodes texts, here or in worker processes that work ahead of whoever scores.

    Args:
        tokenizer: the model's.
        folder: the model folder that worker processes read the tokenizer from.
        workers: how many processes; 0 encodes in this one.

    """

    def __init__(self, tokenizer: Tokenizer, folder: Path, workers: int = 0) -> None:
        self._tokenizer = tokenizer
        self._folder = folder
        self._workers = workers

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return the columns of ``texts``."""
        return encode(self._tokenizer, texts)

    def stream(self, chunks: Iterable[Sequence[str]]) -> Iterator[Encoded]:
        """Yield the columns of each chunk of texts in order, a few chunks read ahead."""
        waiting = iter(chunks)
        # Processes take longer to start than one chunk takes to encode.
        for chunk in islice(waiting, 1 if self._workers else None):
            yield self.encode(chunk)
        second = next(waiting, None)
        if second is None:
            return
        # A forked child of a process that runs threads may hang, so children start afresh.
        with ProcessPoolExecutor(
            self._workers, get_context("spawn"), _start_worker, (str(self._folder),)
        ) as pool:
            ahead: deque[Future[Encoded]] = deque()
            for chunk in chain([second], waiting):
                ahead.append(pool.submit(_work, chunk))
                if len(ahead) > 2 * self._workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()


_worker: list[Tokenizer] = []


def _start_worker(folder: str) -> None:
    # One thread a process: the processes are the parallelism.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _worker[:] = [folders.read_tokenizer(Path(folder))]


def _work(texts: Sequence[str]) -> Encoded:
    return encode(_worker[0], texts)
