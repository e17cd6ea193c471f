"""Shards taken apart into jobs of distinct texts, and put together again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mtaudit.corpus.engine import Engine, Job, alone
from mtaudit.corpus.measure import Cells
from mtaudit.corpus.rows import Rows

# A job is sent when its texts have this many characters: some seconds of the model's work.
_JOB_CHARACTERS = 40_000
# Cells kept for texts that come again, a finding counting as one more.
_MOST_KEPT = 100_000
CRASHED = "the process that audited this text died twice; look at the text, or give it more memory"


@dataclass
class Shard:
    """A shard in work: a cell dictionary for each row, None until it is known."""

    index: int
    key: str
    rows: Rows
    cells: list[Cells | None]
    waiting: int = 0
    handed_out: bool = False
    repeated: int = 0

    @property
    def done(self) -> bool:
        """Whether every row has its cells."""
        return self.handed_out and not self.waiting


@dataclass
class _Asked:
    """A text that is out, and the rows that wait for it."""

    rows: list[tuple[Shard, int]] = field(default_factory=list)


class Dispatcher:
    """Sends each distinct text once and hands the cells to every row that has it.

    ``finished`` is called with a shard when its last row is known; ``progress`` with the cells of
    rows as they come in and the tokens read for them.
    """

    def __init__(
        self,
        engine: Engine,
        finished: Callable[[Shard], None],
        progress: Callable[[Sequence[Cells], int], None],
    ) -> None:
        self._engine, self._finished, self._progress = engine, finished, progress
        self._kept: OrderedDict[bytes, Cells] = OrderedDict()
        self._weight = 0
        self._asked: dict[bytes, _Asked] = {}
        self._batch: list[str] = []
        self._characters = 0
        self._out = 0
        self._number = 0
        self._retries: deque[Job] = deque()
        self._alone: set[int] = set()

    def add(self, shard: Shard, texts: Sequence[str | None]) -> None:
        """Have every row of a shard measured whose cells are not known yet."""
        for row, text in enumerate(texts):
            if shard.cells[row] is not None or text is None:
                continue
            key = _key(text)
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                shard.cells[row] = known
                shard.repeated += 1
                continue
            shard.waiting += 1
            if key in self._asked:
                shard.repeated += 1
                self._asked[key].rows.append((shard, row))
                continue
            self._asked[key] = _Asked([(shard, row)])
            self._batch.append(text)
            self._characters += len(text)
            if self._characters >= _JOB_CHARACTERS:
                self._send()
        shard.handed_out = True
        self._progress([cells for cells in shard.cells if cells is not None], 0)
        if shard.done:
            self._finished(shard)

    def drain(self) -> None:
        """Wait until every text is known."""
        while self._batch or self._out or self._retries:
            self.step()

    def step(self) -> None:
        """Send what is held back and wait for one job."""
        self._send()
        if self._out or self._retries:
            self._collect()

    def _send(self) -> None:
        if not self._batch:
            return
        job = Job(self._number, tuple(self._batch))
        self._number += 1
        self._batch, self._characters = [], 0
        while self._out >= self._engine.slots or self._retries:
            self._collect()
        self._submit(job)

    def _submit(self, job: Job) -> None:
        self._engine.submit(job)
        self._out += 1

    def _collect(self) -> None:
        while self._retries and self._out < self._engine.slots:
            self._submit(self._retries.popleft())
        done = self._engine.next()
        self._out -= 1
        if done.measured is not None:
            self._take(done.job, done.measured.cells, done.measured.tokens)
        elif done.job.number in self._alone:
            self._take(done.job, [{"error": CRASHED}], 0)
        else:
            jobs = alone(done.job, self._number)
            self._number += len(jobs)
            self._alone.update(job.number for job in jobs)
            self._retries.extend(jobs)

    def _take(self, job: Job, found: Sequence[Cells], tokens: int) -> None:
        known: list[Cells] = []
        finished: list[Shard] = []
        for text, cells in zip(job.texts, found, strict=True):
            key = _key(text)
            self._keep(key, cells)
            for shard, row in self._asked.pop(key).rows:
                shard.cells[row] = cells
                shard.waiting -= 1
                known.append(cells)
                if shard.done:
                    finished.append(shard)
        self._progress(known, tokens)
        for shard in finished:
            self._finished(shard)

    def _keep(self, key: bytes, cells: Cells) -> None:
        self._kept[key] = cells
        self._weight += _weight(cells)
        while self._weight > _MOST_KEPT:
            _, dropped = self._kept.popitem(last=False)
            self._weight -= _weight(dropped)


def _weight(cells: Cells) -> int:
    return 1 + len(cells.get("findings") or ())


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
