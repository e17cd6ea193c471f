"""Where rows go: not there at all, or whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import BinaryIO

from typing_extensions import override

from mtaudit.corpus.batches import Batch
from mtaudit.errors import InputError


class Destination(ABC):
    """Takes batches; nothing stands under its name until :meth:`publish`.

    Raises everywhere:
        InputError: it cannot be written, with the reason of the system.

    """

    name: str

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Add rows."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is held back and sync it to the disk."""

    @abstractmethod
    def publish(self) -> None:
        """Put the finished rows under their name."""

    @abstractmethod
    def discard(self) -> None:
        """Leave nothing behind; may be called at any time, and after :meth:`publish`."""


class Stream(Destination):
    """Lines of JSON on an open stream, given away at once."""

    name = "standard output"

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    @override
    def write(self, batch: Batch) -> None:
        try:
            for line in batch.lines():
                self._stream.write(line)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise unwritable(self.name, error) from None

    @override
    def finish(self) -> None:
        pass

    @override
    def publish(self) -> None:
        pass

    @override
    def discard(self) -> None:
        pass


def unwritable(name: str, error: Exception) -> InputError:
    """Return the error for something that cannot be written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"{name}: cannot be written ({' '.join(reason.split())[:160]})")
