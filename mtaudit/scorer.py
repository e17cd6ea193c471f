"""The language model of a configuration, with the error tagger and the score cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mtaudit.config import Config

if TYPE_CHECKING:
    from mtaudit.lm.scorer import Scorer


def scorer_of(settings: Config, say: Callable[[str], None] = lambda line: None) -> Scorer:
    """Return what scores texts under a configuration; torch is loaded by then.

    ``say`` is told, in one line, of what is not as it should be and is dealt with.

    Raises:
        ModelError: the model is not in the cache, or the shipped tagger is missing or damaged.

    """
    from mtaudit.lm import registry
    from mtaudit.lm.cache import ScoreCache, cache_path
    from mtaudit.lm.model import load
    from mtaudit.lm.scorer import Scorer
    from mtaudit.tagger.tagger import tagger_of

    registry.require(settings.model)
    model = load(settings.model, settings.device)
    limit = settings.cache_megabytes * 1_000_000
    cache = ScoreCache(cache_path(), limit, say) if settings.cache else None
    return Scorer(model, cache=cache, notice=say, reader=tagger_of(model.card.digest))
