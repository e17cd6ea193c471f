"""The language model of one process of a corpus run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mtaudit.audit import LanguageScorer
from mtaudit.config import Config
from mtaudit.corpus.measure import Notice


def scorer_of(config: Config, notice: Notice) -> LanguageScorer:
    """Return the scorer of the configured model.

    Scores go into no cache: a text that comes again is known to the run, and a corpus would
    drive everything else out.

    Raises:
        ModelError: the model is missing or broken.

    """
    from mtaudit import scorer

    return scorer.scorer_of(replace(config, cache=False), notice)


def on_gpu(config: Config) -> bool:
    """Whether the configured model runs on a GPU.

    Raises:
        ModelError: a GPU is asked for and there is none.

    """
    from mtaudit.lm.model import choose_device

    return config.language_model and choose_device(config.device) == "cuda"


def weights(config: Config) -> int:
    """Return the bytes that the weights of the configured model take on a disk."""
    from mtaudit.lm import registry

    folder = registry.require(config.model)
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def fetch(config: Config, progress: Callable[[str, int, int], None]) -> None:
    """Make the configured model ready for all processes.

    Raises:
        ModelError: it cannot be had.

    """
    from mtaudit.lm import registry

    if registry.is_path(config.model) and config.model not in registry.KNOWN:
        registry.pull(config.model, progress=progress)
    registry.require(config.model)
