"""Where mtaudit keeps what it can make again, and where its trained models lie."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_PACKAGE = Path(__file__).parent


def home() -> Path:
    """Return the cache folder: ``MTAUDIT_HOME``, else the platform's."""
    given = os.environ.get("MTAUDIT_HOME")
    return Path(given).expanduser().resolve() if given else user_cache_path("mtaudit")


def user_data() -> Path:
    """Return the folder of what a user has told: ``MTAUDIT_DATA``, else the platform's."""
    given = os.environ.get("MTAUDIT_DATA")
    return Path(given).expanduser().resolve() if given else user_data_path("mtaudit")


def models() -> Path:
    """Return the folder of the trained models: inside a wheel, beside the package in a checkout."""
    inside = _PACKAGE / "models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"
