"""Where mtaudit keeps what it can make again."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path


def home() -> Path:
    """Return the cache folder: ``MTAUDIT_HOME``, else the platform's."""
    given = os.environ.get("MTAUDIT_HOME")
    return Path(given).expanduser().resolve() if given else user_cache_path("mtaudit")
