"""Runs suites: ``mtaudit eval``, and here what keeps figures from falling.

Usage: python -m eval.harness gate [--data DIR]
       python -m eval.harness freeze [--data DIR] [--model NAME] [--lower]

``gate`` runs every suite on a small fixed sample and fails when a figure is below its floor in
``eval/baseline.json`` by more than its noise. ``freeze`` writes the floors; it refuses to lower one
by more than its noise unless it is told to.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval import gate, table
from eval.metrics import Measure
from eval.predictors import Prediction, Predictor, SurprisalPredictor, named
from eval.rows import Bench, DataAbsentError, DataFile
from eval.splits import guard, trained_on
from eval.suites import SUITES
from eval.suites.suite import Context, Suite
from mtaudit.audit import LanguageScorer
from mtaudit.config import Config
from mtaudit.errors import ExitCode, MtauditError, UsageError, did_you_mean
from mtaudit.finding import Signature
from mtaudit.scorer import scorer_of
from mtaudit.tagger.tagger import shipped

__all__ = ["Prediction", "Predictor", "Result", "SurprisalPredictor", "evaluate", "run"]

DATA = Path("../shared/bench")
SCHEMA = "mtaudit.eval/1"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one suite and all that they depend on.

    ``predictor`` is the name and the digest of what was measured, "audit" for the whole audit.
    """

    suite: str
    predictor: tuple[str, str]
    signature: Signature
    limit: int | None
    data: tuple[DataFile, ...]
    seconds: float
    metrics: tuple[Measure, ...]

    @property
    def rows(self) -> int:
        """How many rows were used."""
        return sum(file.rows for file in self.data)

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain values; a figure that is not there is null."""
        return {
            "suite": self.suite,
            "predictor": {"name": self.predictor[0], "digest": self.predictor[1]},
            "signature": asdict(self.signature),
            "limit": self.limit,
            "data": [asdict(file) for file in self.data],
            "rows": self.rows,
            "seconds": round(self.seconds, 1),
            "metrics": [
                {key: _plain(value) for key, value in asdict(metric).items()}
                for metric in self.metrics
            ],
        }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def suites(name: str) -> tuple[Suite, ...]:
    """Return the suite of a name, or every suite for ``all``.

    Raises:
        UsageError: there is no such suite.

    """
    found = tuple(suite for suite in SUITES if name in (suite.name, "all"))
    if not found:
        known = [suite.name for suite in SUITES]
        hint = did_you_mean(name, known)
        raise UsageError(f"no suite {name!r}{hint}; there are: {', '.join(known)}, all")
    return found


def evaluate(
    chosen: Sequence[Suite],
    context: Context,
    limits: Mapping[str, int | None],
    progress: Progress = lambda stage, done, total: None,
) -> list[Result]:
    """Return the result of each suite.

    Raises:
        DataError: a file is missing, broken or changed.
        UsageError: the predictor was trained on a file that it would be judged on.

    """
    for suite in chosen:
        for file in (*suite.scored, *suite.beside):
            context.bench.path(file.partition("#")[0])
    results = []
    for number, suite in enumerate(chosen):
        progress(suite.name, number, len(chosen))
        started = time.monotonic()
        bench = context.bench
        bench.limit, bench.used = limits.get(suite.name), {}
        # The audit has the shipped tagger in it.
        trained = context.predictor.trained_on if suite.predicts else trained_on(shipped())
        guard(suite.scored, bench.root, trained)
        metrics = tuple(suite.run(context))
        predictor = context.predictor if suite.predicts else None
        results.append(
            Result(
                suite=suite.name,
                predictor=(predictor.name, predictor.digest) if predictor else ("audit", ""),
                signature=context.auditor.signature,
                limit=bench.limit,
                data=tuple(bench.used.values()),
                seconds=time.monotonic() - started,
                metrics=metrics,
            )
        )
    return results


def run(
    suite: str,
    data: Path,
    settings: Config,
    *,
    limit: int | None = None,
    model: str = "surprisal",
    progress: Progress = lambda stage, done, total: None,
    notice: Callable[[str], None] = lambda line: None,
) -> list[Result]:
    """Return the results of one suite, or of all, as ``mtaudit eval`` prints them.

    Raises:
        UsageError: there is no such suite or predictor, or the predictor was trained on the data.
        ResourceError: the data or the language model are missing or broken.

    """
    chosen, predictor = suites(suite), named(model)
    context = Context(Bench(data), predictor, lambda: scorer_of(settings, notice))
    return evaluate(chosen, context, {one.name: limit for one in chosen}, progress)


def report(results: Sequence[Result]) -> str:
    """Return the results as one JSON object."""
    found = {"schema": SCHEMA, "results": [result.as_json() for result in results]}
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def render(results: Sequence[Result]) -> str:
    """Return the results as a table of 80 columns."""
    return "".join(
        table.render(result.suite, result.predictor[0], result.rows, result.seconds, result.metrics)
        for result in results
    ) + (f"\n{results[-1].signature}\n" if results else "")


def _sampled(data: Path, model: str, expected: Mapping[str, str]) -> list[Result]:
    # Measured anew: what a cache remembers would hide a model that has changed.
    def scorer() -> LanguageScorer:
        return scorer_of(Config(cache=False), _say)

    context = Context(Bench(data, expected=expected), named(model), scorer)
    return evaluate(SUITES, context, gate.LIMITS, lambda stage, *_: _say(stage))


def _say(line: str) -> None:
    print(f"eval: {line}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run the gate or freeze the floors and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="eval.harness", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("gate", "freeze"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", default="surprisal")
    parser.add_argument("--lower", action="store_true")
    given = parser.parse_args(arguments)
    try:
        if given.what == "freeze":
            results = _sampled(given.data, given.model, {})
            gate.freeze(gate.BASELINE, [one.as_json() for one in results], lower=given.lower)
            print(render(results), end="")
            return ExitCode.CLEAN
        baseline = gate.read(gate.BASELINE)
        try:
            results = _sampled(given.data, baseline.predictor, baseline.data)
        except DataAbsentError as error:
            print(f"eval-gate skipped: {error}")
            return ExitCode.CLEAN
        print(render(results), end="")
        fallen = gate.fallen(baseline, [one.as_json() for one in results])
        for line in fallen:
            print(f"FALLEN  {line}")
        return ExitCode.FINDINGS if fallen else ExitCode.CLEAN
    except MtauditError as error:
        _say(str(error))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
