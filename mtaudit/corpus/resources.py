"""How many processes this machine holds."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mtaudit.config import Config
from mtaudit.errors import UsageError

# Measured peak of one process, in bytes: names and rules alone; the default model's weights,
# their products and the names. A larger model takes its weights more.
NAMES_BYTES = 300_000_000
MODEL_BYTES = 950_000_000
DEFAULT_WEIGHTS = 540_000_000
# Left to the process that reads and writes, and to everybody else.
_SPARE = 500_000_000


def worker_count(wanted: str, config: Config, *, on_gpu: bool = False, weights: int = 0) -> int:
    """Return how many processes audit: ``wanted`` as a number, or what cores and memory allow.

    On a GPU it is one. ``weights`` is the size of the model's weights in bytes, 0 for those of the
    default model.

    Raises:
        UsageError: ``wanted`` is neither a number nor ``auto``.

    """
    if wanted != "auto":
        if not re.fullmatch(r"\d{1,4}", wanted):
            raise UsageError(f"--workers is {wanted!r}; give a number, or auto")
        return int(wanted)
    if on_gpu:
        return 1
    each = NAMES_BYTES
    if config.language_model:
        each = MODEL_BYTES + max(0, weights - DEFAULT_WEIGHTS)
    room = (available_memory() - _SPARE) // each
    return max(1, min(cores(), room))


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
