"""States from inside the network, projected while they are there, for what reads them behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from mtaudit.lm.batching import Longs
from mtaudit.lm.encoding import Bools, Encoded

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]


class Reader(Protocol):
    """What turns states into figures of its own for each token.

    ``layers`` are counted from 1; their states [tokens, len(layers) * width] are held within
    ``bounds`` and projected: states @ ``projection`` + ``projection_bias``.
    """

    digest: str
    layers: tuple[int, ...]
    outputs: int
    bounds: tuple[Floats, Floats]
    projection: Floats
    projection_bias: Floats

    def read(self, projected: Floats, figures: Floats, splits: npt.NDArray[np.int32]) -> Floats:
        """Return [tokens, outputs] for texts that lie one after the other.

        ``figures`` is [tokens, 6]: surprisal, entropy, log p(the word before ends), margin of the
        likeliest token, log(1 + rank), log p(a word ends here).
        """


class ProjectedTaps:
    """Keeps the projected states of every slot: [slots, projected], fp32."""

    def __init__(self, reader: Reader, slots: int) -> None:
        self.layers = reader.layers
        self.projected: Floats = np.zeros((slots, reader.projection.shape[1]), dtype=np.float32)
        self._reader = reader
        self._weights: tuple[torch.Tensor, ...] = ()

    def fill(self, slots: Longs, states: torch.Tensor) -> None:
        """Project and keep the states of the rows that ``slots`` belong to."""
        import torch

        if not self._weights:
            own = self._reader
            weights = (*own.bounds, own.projection, own.projection_bias)
            self._weights = tuple(torch.from_numpy(value).to(states.device) for value in weights)
        low, high, projection, bias = self._weights
        held = torch.maximum(torch.minimum(states, high), low)
        self.projected[slots] = torch.addmm(bias, held, projection).cpu().numpy()


def read_texts(
    reader: Reader, encoded: Encoded, chosen: Bools, figures: Floats, taps: ProjectedTaps
) -> Floats:
    """Return [outputs, slots] for the chosen texts; ``figures`` is what the head measured."""
    found = np.zeros((reader.outputs, figures.shape[1]), dtype=np.float32)
    lengths = np.where(chosen, encoded.lengths(), 0)
    text = np.repeat(np.arange(len(encoded)), encoded.lengths())
    token = np.flatnonzero(chosen[text])
    slots = token + text[token]
    # The row that has read a token is the one that predicts the next: the slot behind it.
    after = slots + 1
    own = figures[:, slots]
    columns = [-own[0], own[1], own[2], own[3], np.log1p(own[4]), figures[2, after]]
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    found[:, slots] = reader.read(taps.projected[after], np.stack(columns, 1), splits).T
    return found
