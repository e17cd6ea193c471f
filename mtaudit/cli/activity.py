"""Progress on standard error, for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 2.0
_LOG_EVERY = 10.0


class Activity:
    """Shows what is going on once two seconds have passed: a bar on a terminal, else log lines."""

    def __init__(self, description: str) -> None:
        self._stage = description
        self._done, self._total = 0, 0
        self._console = Console(file=sys.stderr)
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._logged = 0.0
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Activity:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def update(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done and how far it has come."""
        with self._lock:
            changed = stage != self._stage
            self._stage, self._done, self._total = stage, done, total
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, description=stage, completed=done, total=total or None)
            elif self._logged and (changed or time.monotonic() - self._logged > _LOG_EVERY):
                self._log()

    def say(self, line: str) -> None:
        """Print one line that should be known, whatever is being shown."""
        with self._lock:
            shown = self._bar is not None and self._console.is_terminal
            if shown:
                self._console.print(f"mtaudit: {line}", highlight=False, markup=False)
            else:
                print(f"mtaudit: {line}", file=sys.stderr, flush=True)

    def pause(self) -> None:
        """Take the bar away, so that something else can be printed."""
        self.__exit__(None, None, None)

    def _show(self) -> None:
        with self._lock:
            if self._console.is_terminal:
                from rich.progress import (
                    BarColumn,
                    Progress,
                    SpinnerColumn,
                    TextColumn,
                    TimeRemainingColumn,
                )

                self._bar = Progress(
                    SpinnerColumn(),
                    TextColumn("{task.description}"),
                    BarColumn(bar_width=28),
                    TimeRemainingColumn(compact=True, elapsed_when_finished=True),
                    console=self._console,
                    transient=True,
                )
                self._task = self._bar.add_task(
                    self._stage, completed=self._done, total=self._total or None
                )
                self._bar.start()
            else:
                self._log()

    def _log(self) -> None:
        self._logged = time.monotonic()
        share = f" {100 * self._done // self._total}%" if self._total else ""
        print(f"mtaudit: {self._stage}{share}", file=sys.stderr, flush=True)
