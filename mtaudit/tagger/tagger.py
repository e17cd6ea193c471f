"""The error tagger: its artefact, and what it tells of every token."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtaudit.errors import ModelError
from mtaudit.paths import models
from mtaudit.tagger.network import Floats, Network

# Bumped when the features, the tensors or the figures that are told change their layout.
LAYOUT = 2
# What `Tagger.read` tells of each token, in this order; all but the last are probabilities.
OUTPUTS = ("error", "severe", "edited", "slip", "rating")
_SCALES = frozenset({"states.mean", "states.spread", "figures.mean", "figures.spread"})


class Tagger:
    """Tells for each token how probable it is that an editor would mark it.

    ``error`` is the probability that an annotator marks a token as part of an error, ``severe``
    that of a major one, ``edited`` that a post-editor changes the token, ``slip`` that it is part
    of a slip of grammar or word order such as were planted for training, ``rating`` the figure
    whose mean over a stretch estimates its direct assessment as a z-score. Several networks read
    the same states; what each of them tells goes into every figure with a weight.

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
            members = json.loads(about["members"])
            self._networks = tuple(Network(_own(tensors, member)) for member in members)
            self.layers: tuple[int, ...] = tuple(json.loads(about["layers"]))
            self.model = about["model"]
            self._weights = np.array(json.loads(about["weights"]), dtype=np.float32)
            told = sum(network.outputs for network in self._networks)
            if self._weights.shape != (self.outputs, told + 1):
                raise ValueError(f"weights for {told} figures")
        except (KeyError, ValueError) as error:
            raise ModelError(f"the error tagger {path} lacks {error}; {make}") from error
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        # All networks were trained on states of one scale.
        self.bounds: tuple[Floats, Floats] = self._networks[0].bounds
        self.projection: Floats = np.concatenate([n.projection for n in self._networks], 1)
        self.projection_bias: Floats = np.concatenate([n.projection_bias for n in self._networks])

    def read(self, projected: Floats, figures: Floats, splits: npt.NDArray[np.int32]) -> Floats:
        """Return [tokens, OUTPUTS] for texts that lie one after the other.

        ``projected`` [tokens, p] are the language model's states after the projection, ``figures``
        [tokens, 6] as :class:`mtaudit.lm.reading.Reader` gives them.
        """
        told, first = [], 0
        for network in self._networks:
            last = first + network.projection.shape[1]
            told.append(network.read(projected[:, first:last], figures, splits))
            first = last
        # Rows: the weights of all that the networks tell, and a constant (Platt 1999).
        found: Floats = np.concatenate(told, 1) @ self._weights[:, :-1].T + self._weights[:, -1]
        found[:, :-1] = 1.0 / (1.0 + np.exp(-found[:, :-1]))
        return found


def _own(tensors: Mapping[str, Floats], member: str) -> dict[str, Floats]:
    """Return the tensors of one network beside the scale that all share."""
    prefix = f"{member}."
    shared = {name: value for name, value in tensors.items() if name in _SCALES}
    own = {n.removeprefix(prefix): value for n, value in tensors.items() if n.startswith(prefix)}
    return shared | own


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
