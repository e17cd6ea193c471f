"""Every threshold and weight in one place, with the measurement it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from mtaudit.evidence import Weights


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the checks decide by; all scores and surprisals in nats."""

    names: Weights = field(default=Weights(excess=0.4, gain=0.3, constant=-3.0))
    name_score: float = 0.0
    name_without_model: float = 0.0
    odd_excess: float = 4.0
    word_excess: float = 9.0
    word_zipf: float = 3.2


DEFAULT = Thresholds()
