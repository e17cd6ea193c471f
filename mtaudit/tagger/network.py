"""The tagger's network in numpy: a gated recurrent layer that reads a text both ways.

The gates are those of Cho et al. (2014), in the form that torch computes them:
r = s(Wr x + Ur h), z = s(Wz x + Uz h), n = tanh(Wn x + bn + r (Un h + cn)), h' = (1 - z) n + z h.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
# Texts of like length that are read together; more gain nothing and hold more memory.
_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class _Direction:
    """One direction: ``into`` [inner, 3 hidden] and ``over`` [hidden, 3 hidden] with biases."""

    into: Floats
    into_bias: Floats
    over: Floats
    over_bias: Floats

    def read(self, x: Floats, lengths: npt.NDArray[np.int64], *, backwards: bool) -> Floats:
        """Return what was read [texts, length, hidden] of x [texts, length, inner].

        ``lengths`` fall, so that the texts that still go on are always the first ones.
        """
        count, length, _ = x.shape
        hidden = self.over.shape[0]
        gates = x @ self.into + self.into_bias
        found = np.zeros((count, length, hidden), dtype=np.float32)
        state = np.zeros((count, hidden), dtype=np.float32)
        steps = range(length - 1, -1, -1) if backwards else range(length)
        for step in steps:
            on = int(np.searchsorted(-lengths, -step, side="left"))
            own, h = gates[:on, step], state[:on]
            again = h @ self.over + self.over_bias
            rz = _sigmoid(own[:, : 2 * hidden] + again[:, : 2 * hidden])
            r, z = rz[:, :hidden], rz[:, hidden:]
            new = np.tanh(own[:, 2 * hidden :] + r * again[:, 2 * hidden :])
            state[:on] = new + z * (h - new)
            found[:on, step] = state[:on]
        return found


class Network:
    """Reads projected states and figures, and gives the log-odds of each task for each token.

    Args:
        tensors: the weights by name, as training writes them.

    Raises:
        KeyError: a tensor is missing.

    """

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        spread = tensors["states.spread"]
        weight = tensors["project.weight"] / spread
        # Each state is held within eight spreads, as in training.
        self.bounds: tuple[Floats, Floats] = (
            tensors["states.mean"] - 8 * spread,
            tensors["states.mean"] + 8 * spread,
        )
        self.projection: Floats = np.ascontiguousarray(weight.T)
        bias = tensors["project.bias"] - weight @ tensors["states.mean"]
        self.projection_bias: Floats = bias.astype(np.float32)
        self._figures = tensors["figures.mean"], tensors["figures.spread"]
        self._figure = np.ascontiguousarray(tensors["figure.weight"].T), tensors["figure.bias"]
        self._directions = tuple(
            _Direction(
                np.ascontiguousarray(tensors[f"gru.weight_ih_l0{way}"].T),
                tensors[f"gru.bias_ih_l0{way}"],
                np.ascontiguousarray(tensors[f"gru.weight_hh_l0{way}"].T),
                tensors[f"gru.bias_hh_l0{way}"],
            )
            for way in ("", "_reverse")
        )
        self._mix = np.ascontiguousarray(tensors["mix.weight"].T), tensors["mix.bias"]
        out = np.concatenate([tensors["tasks.weight"], tensors["score.weight"]])
        self._out = (
            np.ascontiguousarray(out.T),
            np.concatenate([tensors["tasks.bias"], tensors["score.bias"]]),
        )

    @property
    def outputs(self) -> int:
        """The number of figures for each token: log-odds of the tasks, and a rating."""
        return int(self._out[0].shape[1])

    def read(self, projected: Floats, figures: Floats, splits: npt.NDArray[np.int32]) -> Floats:
        """Return [tokens, outputs] for texts that lie one after the other.

        ``projected`` is [tokens, p] before the rectifier, ``figures`` [tokens, 6], and the tokens
        of text i are ``splits[i]`` to ``splits[i + 1]``.
        """
        mean, spread = self._figures
        scaled = np.clip((figures - mean) / spread, -8, 8).astype(np.float32)
        told = scaled @ self._figure[0] + self._figure[1]
        inner = np.maximum(np.concatenate([projected, told], 1), 0.0, dtype=np.float32)
        found = np.zeros((len(inner), self.outputs), dtype=np.float32)
        lengths = np.diff(splits).astype(np.int64)
        order = np.argsort(-lengths, kind="stable")
        order = order[lengths[order] > 0]
        for at in range(0, len(order), _TOGETHER):
            chosen = order[at : at + _TOGETHER]
            sizes = lengths[chosen]
            row = np.repeat(np.arange(len(chosen)), sizes)
            place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            token = splits[chosen][row] + place
            x = np.zeros((len(chosen), int(sizes[0]), inner.shape[1]), dtype=np.float32)
            x[row, place] = inner[token]
            both = [
                way.read(x, sizes, backwards=number == 1)[row, place]
                for number, way in enumerate(self._directions)
            ]
            mixed = np.concatenate([*both, inner[token]], 1) @ self._mix[0] + self._mix[1]
            found[token] = np.maximum(mixed, 0.0) @ self._out[0] + self._out[1]
        return found


def _sigmoid(x: Floats) -> Floats:
    half: Floats = np.tanh(x * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    return half
