"""The error tree: each class carries its exit code, each message says what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line returns to the shell."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    MISSING = 4
    INTERNAL = 5
    INTERRUPTED = 130


class MtauditError(Exception):
    """Anything a user can put right; ``str()`` is one line that says how."""

    exit_code = ExitCode.INTERNAL


class UsageError(MtauditError):
    """A wrong option or argument."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A configuration file that cannot be used."""


class InputError(MtauditError):
    """A document that cannot be read."""

    exit_code = ExitCode.INPUT


class OutputError(MtauditError):
    """A file or folder that cannot be written."""

    exit_code = ExitCode.INPUT


class ResourceError(MtauditError):
    """A model or data file that is missing or broken."""

    exit_code = ExitCode.MISSING


class ModelError(ResourceError):
    """A language model that is missing, broken or of an unknown kind."""


class NamesError(ResourceError):
    """A names file that breaks the schema; the message names file and line."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
