"""How a run goes: rates, time left and verdicts as one line."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from mtaudit.corpus.measure import Cells
from mtaudit.corpus.rows import Rows
from mtaudit.corpus.sources import Source

# What compressed and columnar files grow to when read, for the time left alone.
_GROWTH = 3


class Meter:
    """Counts rows and tokens and shows a line now and then.

    ``rows`` and ``tokens`` are those of this run. ``show`` is given the line, the share done in
    thousandths and 1000, or 0 and 0 while the share is not known.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        show: Callable[[str, int, int], None],
        every: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._every, self._clock = show, every, clock
        self._total = sum(source.size for source in sources)
        self._before = self._within = 0
        self.rows = self.tokens = self._errors = 0
        self._verdicts: Counter[str] = Counter()
        self._start = self._shown = clock()
        # What was passed over took no time, and must not shorten the time left.
        self._free = 0

    def update(self, cells: Sequence[Cells], tokens: int) -> None:
        """Take in the cells of rows, and tokens read by the model."""
        self.rows += len(cells)
        self.tokens += tokens
        for one in cells:
            if "error" in one:
                self._errors += 1
            else:
                self._verdicts[one["verdict"]] += 1
        now = self._clock()
        if now - self._shown >= self._every:
            self._shown = now
            self._show(self.line(), *self._share())

    def read(self, source: Source, rows: Rows | None) -> None:
        """Take in rows of a source that were read, or None for its end."""
        if rows is None:
            if not self._within:
                self._free += source.size
            self._before, self._within = self._before + source.size, 0
            return
        plain = source.kind in ("jsonl", "csv", "tsv", "text") and not source.paths[0].endswith(
            (".gz", ".zst")
        )
        self._within = min(source.size, self._within + rows.size // (1 if plain else _GROWTH))

    def line(self) -> str:
        """Return documents and tokens a second, time left, verdicts."""
        seconds = max(1e-9, self._clock() - self._start)
        told = [f"{self.rows:,} documents", f"{self.rows / seconds:,.1f}/s"]
        if self.tokens:
            told.append(f"{self.tokens / seconds:,.0f} tokens/s")
        left = self._left(seconds)
        if left is not None:
            told.append(f"about {_duration(left)} left")
        told += [f"{self._verdicts[name]:,} {name}" for name in ("pass", "review", "block")]
        if self._errors:
            told.append(f"{self._errors:,} not audited")
        return ", ".join(told)

    def _share(self) -> tuple[int, int]:
        if not self._total:
            return 0, 0
        return 1000 * (self._before + self._within) // self._total, 1000

    def _left(self, seconds: float) -> float | None:
        done = self._before + self._within - self._free
        if not self._total or not done:
            return None
        return seconds * (self._total - self._free - done) / done


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes}:{rest:02d} min"
