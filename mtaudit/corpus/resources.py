"""How many processes this machine holds."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from mtaudit.config import Config
from mtaudit.errors import UsageError

# Measured peak of one process, in bytes: names and rules alone; with the default model, its
# products and the names. A larger model takes its weights more.
NAMES_BYTES = 150_000_000
MODEL_BYTES = 1_300_000_000
DEFAULT_WEIGHTS = 540_000_000
# Cores that share one copy of the model: two threads are nearly as fast as two processes, in half
# the memory.
_GROUP = 4
# Left to the process that reads and writes, and to everybody else.
_SPARE = 500_000_000


@dataclass(frozen=True, slots=True)
class Processes:
    """How many processes audit, and how many threads the model has in each (0: as it likes)."""

    count: int
    threads: int


def processes(wanted: str, config: Config, *, on_gpu: bool = False, weights: int = 0) -> Processes:
    """Return what audits: ``wanted`` processes, or for ``auto`` what cores and memory allow.

    With names and rules alone that is a process a core, with the model one for up to four cores,
    on a GPU one. ``weights`` is the size of the model's weights in bytes, 0 for those of the
    default model.

    Raises:
        UsageError: ``wanted`` is neither a number nor ``auto``.

    """
    if wanted != "auto" and not re.fullmatch(r"\d{1,4}", wanted):
        raise UsageError(f"--workers is {wanted!r}; give a number, or auto")
    if wanted != "auto":
        count = int(wanted)
    elif on_gpu:
        count = 1
    else:
        each, most = NAMES_BYTES, cores()
        if config.language_model:
            each = MODEL_BYTES + max(0, weights - DEFAULT_WEIGHTS)
            most = -(-cores() // _GROUP)
        count = max(1, min(most, (available_memory() - _SPARE) // each))
    return Processes(count, 0 if on_gpu or not count else max(1, cores() // count))


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_memory() -> int:
    """Return bytes that can be had: what the kernel says, within the limit of the control group."""
    found = [1 << 62]
    try:
        told = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        if told:
            found.append(int(told[1]) * 1024)
    except OSError:
        pass
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        if limit != "max":
            found.append(int(limit) - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        pass
    return min(found)
