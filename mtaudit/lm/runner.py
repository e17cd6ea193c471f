"""Batches through the network, within what memory allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from mtaudit.errors import ModelError
from mtaudit.lm.batching import Batch, Longs, Sequences, lay_out, pack, whole_texts
from mtaudit.lm.encoding import Encoded
from mtaudit.lm.model import LanguageModel
from mtaudit.lm.rescoring import Forest, Tree, forests

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]


class Taps(Protocol):
    """What keeps states from inside the network; ``layers`` are counted from 1."""

    layers: tuple[int, ...]

    def fill(self, slots: Longs, states: torch.Tensor) -> None:
        """Keep the states [rows, len(layers) * width] of the rows that ``slots`` belong to."""


Progress = Callable[[int, int], None]
# Rows of one batch on a CPU, where larger ones gain nothing.
_CPU_ROWS = 1024
_CUDA_ROWS = (16_384, 32_768, 65_536, 131_072)
_FEWEST_ROWS = 32
_TRIAL_LENGTH = 32


class Runner:
    """Runs batches and halves them when memory runs out.

    Args:
        model: the model.
        rows: rows that go through the network together; None takes what suits the device.
        notice: told when memory runs out and smaller batches go on.

    """

    def __init__(
        self, model: LanguageModel, rows: int | None, notice: Callable[[str], None]
    ) -> None:
        self._model = model
        self._padded = model.device == "cuda"
        self._rows = rows
        self._notice = notice

    @property
    def rows(self) -> int:
        """The most rows of one batch; on CUDA the fastest of several is found by trial."""
        if self._rows is None:
            self._rows = self._tried() if self._model.device == "cuda" else _CPU_ROWS
        return self._rows

    def _tried(self) -> int:
        def seconds(rows: int) -> float:
            count = rows // _TRIAL_LENGTH
            ids = np.zeros(count * (_TRIAL_LENGTH - 1), dtype=np.int32)
            splits = (np.arange(count + 1) * (_TRIAL_LENGTH - 1)).astype(np.int32)
            every = whole_texts(splits, _TRIAL_LENGTH, 0)
            chosen = np.arange(count, dtype=np.int64)
            batch = lay_out(ids, every, chosen, self._model.card.bos_id, padded=True)
            best = float("inf")
            for _ in range(3):
                begun = time.perf_counter()
                self._measured(batch)  # ends when the answers are on the host
                best = min(best, time.perf_counter() - begun)
            return best

        return fastest(_CUDA_ROWS, seconds)

    def measure(
        self,
        encoded: Encoded,
        sequences: Sequences,
        table: Floats,
        progress: Progress,
        taps: Taps | None = None,
    ) -> None:
        """Fill slots of ``table`` [FIGURES, slots] with what the head measures, and the taps.

        ``progress`` is called with rows done and rows in all.

        Raises:
            ModelError: the model gives numbers that are not finite, or memory is too small.

        """
        total, done = int(sequences.rows.sum()), 0
        waiting = np.arange(len(sequences.rows), dtype=np.int64)
        while len(waiting):
            for together in self._packed(sequences.rows, waiting):
                batch = lay_out(encoded.ids, sequences, together, self._model.card.bos_id,
                                padded=self._padded)  # fmt: skip
                try:
                    table[:, batch.slots] = self._measured(batch, taps)
                except (RuntimeError, MemoryError) as error:
                    self._shrink(error, len(batch.ids), only=len(together) == 1)
                    break
                waiting = waiting[~np.isin(waiting, together)]
                done += int(sequences.rows[together].sum())
                progress(done, total)

    def _packed(self, rows: Longs, waiting: Longs) -> Iterator[Longs]:
        for part in pack(rows[waiting], self.rows, padded=self._padded):
            yield waiting[part]

    def gains(self, trees: Sequence[Tree], number: int, progress: Progress) -> list[float]:
        """Return the change in log-probability that each of ``number`` variants makes, in nats.

        ``progress`` is called with variants done and variants in all.

        Raises:
            ModelError: the model gives numbers that are not finite, or memory is too small.

        """
        while True:
            gains = np.zeros(number)
            done = 0
            for forest in forests(trees, self.rows, self._model.card.bos_id):
                try:
                    self._add(forest, gains)
                except (RuntimeError, MemoryError) as error:
                    self._shrink(error, len(forest.batch.ids), only=forest.variants == 1)
                    break
                done += forest.variants
                progress(done, number)
            else:
                found: list[float] = gains.tolist()
                return found

    def _add(self, forest: Forest, gains: npt.NDArray[np.float64]) -> None:
        import torch

        with torch.inference_mode():
            head = self._model.head
            states, targets, _ = self._asked(forest.batch)
            answers = self._exact(head.logprob(states, targets))
        np.add.at(gains, forest.owners, forest.signs * answers[forest.sources].astype(np.float64))

    def _measured(self, batch: Batch, taps: Taps | None = None) -> Floats:
        """Return [FIGURES, asked rows] for one batch, and fill the taps."""
        import torch

        with torch.inference_mode():
            states, targets, inner = self._asked(batch, () if taps is None else taps.layers)
            if taps is not None:
                taps.fill(batch.slots, inner)
            return self._exact(self._model.head.measure(states, targets))

    def _asked(
        self, batch: Batch, layers: tuple[int, ...] = ()
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the states [asked rows, width], targets and inner states of a batch."""
        import torch

        states, inner = self._model.network.states(batch, layers)
        rows = torch.from_numpy(batch.rows).to(states.device)
        return states[rows], torch.from_numpy(batch.targets).to(states.device), inner[rows]

    def _exact(self, found: torch.Tensor) -> Floats:
        import torch

        if not bool(torch.isfinite(found).all()):
            raise ModelError(
                f"the model {self._model.card.name} gives numbers that are not finite; its "
                "weights are damaged: remove it and pull it again"
            )
        exact: Floats = found.cpu().numpy()
        return exact

    def _shrink(self, error: Exception, rows: int, *, only: bool) -> None:
        """Halve the batches after memory ran out.

        Raises:
            ModelError: there is nothing left to halve.

        """
        if not _out_of_memory(error):
            raise error
        if only or rows <= _FEWEST_ROWS:
            raise ModelError(
                f"a text of {rows:,} tokens does not fit in memory; free some, or choose another "
                "--device"
            ) from error
        if self._padded:
            import torch

            torch.cuda.empty_cache()  # what was freed since goes back before the next try
        self._rows = max(_FEWEST_ROWS, min(self.rows, rows) // 2)
        self._notice(f"out of memory with {rows:,} tokens at once; going on with {self._rows:,}")


def fastest(candidates: Sequence[int], seconds: Callable[[int], float]) -> int:
    """Return the candidate with the most rows a second; one that memory refuses ends the trial.

    Raises:
        ModelError: memory refuses even the first.

    """
    rates: dict[float, int] = {}
    for rows in candidates:
        try:
            rates[rows / seconds(rows)] = rows
        except (RuntimeError, MemoryError) as error:
            if not _out_of_memory(error):
                raise
            break
    if not rates:
        raise ModelError("the GPU has too little memory free; use --device cpu")
    return rates[max(rates)]


def _out_of_memory(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in said or "can't allocate" in said
