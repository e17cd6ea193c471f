"""Where texts are measured: the face that the runner sees, and the process that it runs in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mtaudit.corpus.measure import Measured, Measurer, Notice, Setup
from mtaudit.finding import Signature


@dataclass(frozen=True, slots=True)
class Job:
    """Distinct texts that are measured together."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A job that came back; ``measured`` is None where its process died of it."""

    job: Job
    measured: Measured | None


class Engine(Protocol):
    """Measures jobs, in any order.

    ``slots`` is how many jobs may be out at once, so that nobody waits for the next one.
    """

    slots: int

    @property
    def signature(self) -> Signature:
        """What the numbers depend on."""

    def submit(self, job: Job) -> None:
        """Take a job; fewer than ``slots`` are out."""

    def next(self) -> Done:
        """Wait for a job that is out."""

    def close(self) -> None:
        """End all processes."""


class Inline:
    """Measures in this process, one job at a time."""

    slots = 1

    def __init__(self, setup: Setup, notice: Notice) -> None:
        self._measurer = Measurer(setup, notice)
        self._jobs: deque[Job] = deque()

    @property
    def signature(self) -> Signature:
        """What the numbers depend on."""
        return self._measurer.signature

    def submit(self, job: Job) -> None:
        """Keep a job until it is asked for."""
        self._jobs.append(job)

    def next(self) -> Done:
        """Measure the oldest job."""
        job = self._jobs.popleft()
        return Done(job, self._measurer.measure(job.texts))

    def close(self) -> None:
        """Nothing is to end."""


def alone(job: Job, first: int) -> Sequence[Job]:
    """Return a job for each text of one that a process died of, numbered from ``first``."""
    return [Job(first + index, (text,)) for index, text in enumerate(job.texts)]
