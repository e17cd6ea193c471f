"""Floors of the figures: what they were when frozen, and what counts as a fall.

A figure falls when it is worse than its floor by more than its noise, half the width of its 95 %
interval at freezing time. A figure where neither way is better has no floor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtaudit.errors import ResourceError, UsageError

BASELINE = Path(__file__).with_name("baseline.json")
SCHEMA = "mtaudit.eval-baseline/1"
# Rows of each file; some three minutes in all on two cores.
LIMITS: Mapping[str, int] = {
    "spans": 200,
    "words": 80,
    "sentences": 80,
    "pairs": 320,
    "preference": 20,
    "false-alarms": 12,
    "slips": 40,
    "seed": 1,
    "garbled-names": 30,
}


@dataclass(frozen=True, slots=True)
class Floor:
    """A figure that must not get worse than ``floor`` by more than ``noise``."""

    value: float
    floor: float
    noise: float
    better: str

    def fallen(self, value: float) -> bool:
        """Whether a value is worse than the floor by more than the noise."""
        worse = self.floor - value if self.better == "higher" else value - self.floor
        return worse > self.noise + 1e-9


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was frozen: the predictor, the digests of the data, and floors by (suite, figure)."""

    predictor: str
    data: Mapping[str, str]
    floors: Mapping[tuple[str, str], Floor]


def read(path: Path) -> Baseline:
    """Return the frozen floors.

    Raises:
        ResourceError: there is no readable file of them.

    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise ValueError(f"schema {found['schema']!r}")
        floors = {
            (suite, name): Floor(**fields)
            for suite, entry in found["suites"].items()
            for name, fields in entry["metrics"].items()
        }
        return Baseline(found["predictor"], found["data"], floors)
    except FileNotFoundError:
        raise ResourceError(
            f"{path}: no floors are frozen; run python -m eval.harness freeze"
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResourceError(f"{path}: not a file of floors ({error}); freeze anew") from None


def fallen(baseline: Baseline, results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each figure that has fallen or that is no longer there."""
    values = {(suite, metric["name"]): metric["value"] for suite, metric in _metrics(results)}
    lines = []
    for (suite, name), floor in baseline.floors.items():
        value = values.get((suite, name))
        if value is None:
            # A check without a finding has no rate, and that is none too many.
            if floor.better == "higher":
                lines.append(f"{suite} {name}: not measured, floor {floor.floor:.4f}")
        elif floor.fallen(value):
            lines.append(
                f"{suite} {name}: {value:.4f}, floor {floor.floor:.4f}, noise {floor.noise:.4f}"
            )
    return lines


def freeze(path: Path, results: Sequence[Mapping[str, Any]], *, lower: bool) -> None:
    """Write the floors of results.

    Raises:
        UsageError: a figure has fallen below the floor that stands, and ``lower`` is not given.

    """
    if path.exists() and not lower:
        lines = fallen(read(path), results)
        if lines:
            raise UsageError(
                f"{len(lines)} figures are below the floors that stand ({lines[0]}); "
                "--lower lowers them"
            )
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "predictor": next(
            (r["predictor"]["name"] for r in results if r["predictor"]["name"] != "audit"), "audit"
        ),
        "signature": results[-1]["signature"] if results else {},
        "data": {file["file"]: file["sha256"] for r in results for file in r["data"]},
        "suites": {
            result["suite"]: {"limit": result["limit"], "rows": result["rows"], "metrics": {}}
            for result in results
        },
    }
    for suite, metric in _metrics(results):
        if metric["better"] != "neither" and metric["value"] is not None:
            half = (metric["high"] - metric["low"]) / 2 if metric["high"] is not None else 0.0
            found["suites"][suite]["metrics"][metric["name"]] = {
                "value": metric["value"],
                "floor": metric["value"],
                "noise": round(half, 6),
                "better": metric["better"],
            }
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _metrics(results: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for result in results:
        for metric in result["metrics"]:
            yield result["suite"], metric
