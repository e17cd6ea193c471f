"""The error tagger: its artefact, and what it tells of every token."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtaudit.errors import ModelError
from mtaudit.paths import models
from mtaudit.tagger.network import Floats, Network

# Bumped when the features, the tensors or the figures that are told change their layout.
LAYOUT = 1
# What `Tagger.read` tells of each token, in this order.
OUTPUTS = ("error", "severe", "rating")


class Tagger:
    """Tells for each token how probable it is that an editor would mark it.

    ``error`` is the probability that a token is part of an error, ``severe`` that of a major one,
    ``rating`` the figure whose mean over a stretch estimates its direct assessment as a z-score.

    Args:
        path: a safetensors file that training wrote.

    Raises:
        ModelError: the file is missing, damaged, or of another layout.

    """

    outputs: int = len(OUTPUTS)

    def __init__(self, path: Path) -> None:
        from safetensors import SafetensorError, safe_open

        make = "make it again with `python -m eval.tagger.train`"
        if not path.is_file():
            raise ModelError(f"the error tagger {path} is missing; reinstall mtaudit, or {make}")
        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
                names = list(file.keys())
                tensors = {name: file.get_tensor(name).astype(np.float32) for name in names}
        except (SafetensorError, OSError, ValueError) as error:
            raise ModelError(f"the error tagger {path} is damaged ({error}); {make}") from error
        if about.get("layout") != str(LAYOUT):
            raise ModelError(
                f"the error tagger {path} has layout {about.get('layout', 'none')} and this "
                f"version reads {LAYOUT}; {make}"
            )
        try:
            self._network = Network(tensors)
            self.layers: tuple[int, ...] = tuple(json.loads(about["layers"]))
            self.model = about["model"]
            self._calibration = np.array(json.loads(about["calibration"]), dtype=np.float32)
        except (KeyError, ValueError) as error:
            raise ModelError(f"the error tagger {path} lacks {error}; {make}") from error
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.bounds: tuple[Floats, Floats] = self._network.bounds
        self.projection: Floats = self._network.projection
        self.projection_bias: Floats = self._network.projection_bias

    def read(self, projected: Floats, figures: Floats, splits: npt.NDArray[np.int32]) -> Floats:
        """Return [tokens, OUTPUTS] for texts that lie one after the other.

        ``projected`` [tokens, p] are the language model's states after the projection, ``figures``
        [tokens, 6] as :class:`mtaudit.lm.reading.Reader` gives them.
        """
        told = self._network.read(projected, figures, splits)
        # Rows of the calibration: weights of the tasks' log-odds and a constant (Platt 1999).
        odds = told[:, :-1] @ self._calibration[:, :-1].T + self._calibration[:, -1]
        chances = 1.0 / (1.0 + np.exp(-odds))
        return np.concatenate([chances, told[:, -1:]], 1, dtype=np.float32)


def shipped() -> Path:
    """Return the path of the tagger that comes with mtaudit."""
    return models() / "tagger" / "tagger.safetensors"


def tagger_of(model: str) -> Tagger | None:
    """Return the shipped tagger if it reads the states of the model of that weights digest.

    Raises:
        ModelError: the shipped file is missing, damaged, or of another layout.

    """
    tagger = Tagger(shipped())
    return tagger if tagger.model == model else None
