"""Processes of this machine that measure, each with a model of its own.

Each has a pipe of its own: one that is killed takes no lock with it, and is replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from mtaudit.corpus.engine import Done, Job
from mtaudit.corpus.measure import Measured, Measurer, Notice, Setup
from mtaudit.errors import MtauditError, ResourceError
from mtaudit.finding import Signature

# A process that dies this often before it is ready will not get ready.
_MOST_STARTS = 3
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    # The first is in work; the others are sent when it has come back, since a pipe that both
    # ends write to at once stands still.
    jobs: deque[Job]
    ready: bool = False
    busy: bool = False


class Workers:
    """Measures in ``count`` processes.

    Args:
        setup: what each needs.
        count: how many, at least one.
        notice: told what a process says.

    """

    def __init__(self, setup: Setup, count: int, notice: Notice) -> None:
        self._setup, self._count, self._notice = setup, count, notice
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker | None] = [None] * count
        self._done: deque[Done] = deque()
        self._starts = 0
        self._signature: Signature | None = None
        self.slots = 2 * count

    @property
    def signature(self) -> Signature:
        """What the numbers depend on; the first process is started to tell.

        Raises:
            MtauditError: it cannot start; the error is its own.

        """
        if self._signature is None:
            self._start(0)
            while self._signature is None:
                self._hear()
        return self._signature

    def submit(self, job: Job) -> None:
        """Give a job to the process that has least to do."""
        for place in range(self._count):
            if self._workers[place] is None:
                self._start(place)
        workers = [worker for worker in self._workers if worker is not None]
        worker = min(workers, key=lambda worker: len(worker.jobs))
        worker.jobs.append(job)
        _feed(worker)

    def next(self) -> Done:
        """Wait for a job, or for the death of a process that had one."""
        while not self._done:
            self._hear()
        return self._done.popleft()

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            if worker is not None:
                worker.pipe.close()
                worker.process.terminate()
        for worker in self._workers:
            if worker is not None:
                worker.process.join()
        self._workers = [None] * self._count

    def _start(self, place: int) -> None:
        here, there = self._context.Pipe()
        process = self._context.Process(target=_work, args=(there, self._setup), daemon=True)
        process.start()
        there.close()
        self._workers[place] = _Worker(process, here, deque())

    def _hear(self) -> None:
        """Take in what the processes say, once at least one says something."""
        workers = {worker.pipe: place for place, worker in enumerate(self._workers) if worker}
        for pipe in wait(list(workers)):
            assert isinstance(pipe, Connection)
            worker = self._workers[workers[pipe]]
            assert worker is not None
            try:
                told = pipe.recv()
            except (EOFError, OSError):
                self._buried(workers[pipe], worker)
                continue
            if isinstance(told, MtauditError):
                raise told
            if isinstance(told, str):
                self._notice(told)
            elif isinstance(told, Signature):
                worker.ready, self._signature, self._starts = True, told, 0
                _feed(worker)
            elif isinstance(told, Measured):
                self._done.append(Done(worker.jobs.popleft(), told))
                worker.busy = False
                _feed(worker)

    def _buried(self, place: int, worker: _Worker) -> None:
        """Report the job that a process died of, and give the others to a new one."""
        worker.process.join()
        worker.pipe.close()
        jobs = worker.jobs
        if not worker.ready:
            self._starts += 1
            if self._starts >= _MOST_STARTS:
                raise ResourceError(
                    f"a process that audits died {self._starts} times as it started (exit code "
                    f"{worker.process.exitcode}); is memory short? Try fewer --workers"
                )
        elif worker.busy:
            self._done.append(Done(jobs.popleft(), None))
        self._start(place)
        started = self._workers[place]
        assert started is not None
        started.jobs.extend(jobs)


def _feed(worker: _Worker) -> None:
    """Send the next job to a process that waits for one."""
    if worker.ready and not worker.busy and worker.jobs:
        worker.busy = True
        # A dead process shows when it is listened to.
        with suppress(BrokenPipeError, ConnectionResetError):
            worker.pipe.send(worker.jobs[0])


def _work(pipe: Connection, setup: Setup) -> None:
    """Measure jobs until the pipe is closed."""
    # An interrupt is for the process that reads and writes; this one ends when its pipe does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if setup.threads:
        os.environ.update(dict.fromkeys(_THREADS, str(setup.threads)))
    try:
        try:
            measurer = Measurer(setup, pipe.send)
            pipe.send(measurer.signature)
            while True:
                pipe.send(measurer.measure(pipe.recv().texts))
        except MtauditError as error:
            pipe.send(error)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
