"""Actors of a Ray cluster that measure, each with a model of its own."""

from __future__ import annotations

import socket
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from mtaudit.corpus.engine import Done, Job
from mtaudit.corpus.measure import Measured, Measurer, Notice, Setup
from mtaudit.errors import MtauditError, ResourceError, UsageError
from mtaudit.finding import Signature

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
# A machine whose actors die this often before they are ready will not get ready.
_MOST_STARTS = 3
# An actor's first answer, names and model loaded, must come within these seconds.
_PATIENCE = 1800


class Actor:
    """What an actor does; the names and the model are loaded with the first request."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._measurer: Measurer | None = None

    def signature(self) -> Signature:
        """Return what the actor's numbers depend on."""
        if self._measurer is None:
            self._measurer = Measurer(self._setup)
        return self._measurer.signature

    def measure(self, texts: tuple[str, ...]) -> tuple[Signature, Measured]:
        """Return the cells of each text, and what they depend on."""
        signature = self.signature()
        assert self._measurer is not None
        return signature, self._measurer.measure(texts)


@dataclass(eq=False)
class _Place:
    actor: Any
    # The first is in work. The others wait here: a death is then the fault of the first alone.
    jobs: deque[Job]
    # What it was asked last: its first answer says that it is ready.
    out: Any
    ready: bool = False


class RayActors:
    """Measures in ``count`` actors.

    Args:
        setup: what each needs; its folders and the model must be on every machine.
        count: how many, 0 for as many as the cluster has CPUs (or GPUs).
        notice: told what should be known.
        address: the cluster, None to start one on this machine.
        gpu: whether each actor holds a GPU.

    """

    def __init__(
        self, setup: Setup, count: int, notice: Notice, address: str | None, *, gpu: bool = False
    ) -> None:
        """Connect.

        Raises:
            UsageError: Ray is not installed, or there is no cluster at the address.

        """
        self._ray = _ray()
        quiet = {"log_to_driver": False, "logging_level": "error", "configure_logging": True}
        try:
            if address is None:
                own = {"num_cpus": count} if count else {}
                self._ray.init(include_dashboard=False, **own, **quiet)
            else:
                _reach(address)
                self._ray.init(address=address, **quiet)
        except (OSError, RuntimeError, ValueError) as error:
            told = " ".join(str(error).split())[:160]
            raise UsageError(f"no Ray cluster at {address or 'this machine'} ({told})") from error
        resources = self._ray.cluster_resources()
        count = count or max(1, int(resources.get("GPU" if gpu else "CPU", 1)))
        self.slots = 2 * count
        self._signature: Signature | None = None
        threads = setup.threads or 1
        self._remote = self._ray.remote(
            num_cpus=threads,
            num_gpus=1 if gpu else 0,
            max_restarts=0,
            runtime_env={"env_vars": dict.fromkeys(_THREADS, str(threads))},
        )(Actor)
        self._setup = replace(setup, threads=threads)
        self._starts = 0
        self._places = [self._started(deque()) for _ in range(count)]
        notice(f"{count} actors on {len(self._ray.nodes())} machines")

    @property
    def signature(self) -> Signature:
        """What the numbers depend on.

        Raises:
            MtauditError: an actor cannot start; the error is its own.

        """
        if self._signature is None:
            self._signature = self._get(self._places[0].out)
        return self._signature

    def submit(self, job: Job) -> None:
        """Give a job to the actor that has least to do."""
        place = min(self._places, key=lambda place: len(place.jobs))
        place.jobs.append(job)
        self._feed(place)

    def next(self) -> Done:
        """Wait for a job, or for the death of an actor that had one."""
        while True:
            done = self._hear()
            if done is not None:
                return done

    def _hear(self) -> Done | None:
        out = {place.out: place for place in self._places if place.out is not None}
        (ready,), _ = self._ray.wait(list(out), num_returns=1)
        place = out[ready]
        if not place.ready:
            self._arrived(place)
            return None
        place.out, job = None, place.jobs.popleft()
        try:
            signature, measured = self._ray.get(ready)
        except self._ray.exceptions.RayActorError:
            self._replace(place)
            return Done(job, None)
        if signature != self.signature:
            raise ResourceError(
                "the machines of the cluster have different names or models "
                f"({signature} and {self.signature}); make them the same"
            )
        self._feed(place)
        return Done(job, measured)

    def close(self) -> None:
        """End the actors, and the cluster if it was started here."""
        self._ray.shutdown()

    def _started(self, jobs: deque[Job]) -> _Place:
        actor = self._remote.remote(self._setup)
        return _Place(actor, jobs, actor.signature.remote())

    def _replace(self, place: _Place) -> None:
        self._places[self._places.index(place)] = self._started(place.jobs)

    def _arrived(self, place: _Place) -> None:
        try:
            self._get(place.out)
        except ResourceError as error:
            self._starts += 1
            if self._starts >= _MOST_STARTS or not isinstance(
                error.__cause__, self._ray.exceptions.RayActorError
            ):
                raise
            self._replace(place)
            return
        self._starts = 0
        place.ready, place.out = True, None
        self._feed(place)

    def _feed(self, place: _Place) -> None:
        if place.ready and place.out is None and place.jobs:
            place.out = place.actor.measure.remote(place.jobs[0].texts)

    def _get(self, reference: Any) -> Signature:
        try:
            made = self._ray.get(reference, timeout=_PATIENCE)
        except MtauditError as error:
            # Ray's errors are of both kinds, and tell of far more than one line.
            raise getattr(error, "cause", error) from None
        except (self._ray.exceptions.RayError, TimeoutError) as error:
            told = " ".join(str(error).split())[:160]
            raise ResourceError(f"no actor of the cluster could start ({told})") from error
        assert isinstance(made, Signature)
        return made


def _reach(address: str) -> None:
    """Raise OSError where nobody listens; Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _ray() -> Any:
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise UsageError(
            "--engine ray needs Ray; install it with: pip install 'mtaudit[ray]'"
        ) from None
    return ray
