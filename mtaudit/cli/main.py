"""Entry point: runs the command line and turns every error into one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run ``mtaudit`` with the arguments of the process and exit."""
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = _interrupted()
    sys.stdout = _Closed(sys.stdout)
    sys.exit(code)


class _Closed:
    """A standard output that a reader may have left."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def flush(self) -> None:
        try:
            self._stream.flush()  # type: ignore[attr-defined]
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    import typer

    from mtaudit.errors import ExitCode, MtauditError

    try:
        from mtaudit.cli.app import execute

        result = execute(arguments or ["--help"])
        code = int(result) if isinstance(result, int) else ExitCode.CLEAN
        # The command line library turns an interrupt into this code.
        return _interrupted() if code == ExitCode.INTERRUPTED else code
    except MtauditError as error:
        return _say(str(error), error.exit_code)
    except typer.Exit as error:
        return error.exit_code
    except typer.TyperException as error:
        message = str(error).removeprefix("Value error, ").rstrip(".")
        return _say(f"{message}; see mtaudit --help", ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        return ExitCode.CLEAN
    except Exception as error:
        if os.environ.get("MTAUDIT_DEBUG"):
            raise
        kind = type(error).__name__
        return _say(
            f"internal error ({kind}: {' '.join(str(error).split())[:200]}); run again with "
            "MTAUDIT_DEBUG=1 and report what it prints",
            ExitCode.INTERNAL,
        )


def _say(message: str, code: int) -> int:
    line = message.replace("\n", " ").encode("utf-8", "replace").decode("utf-8")
    print(f"mtaudit: {line}", file=sys.stderr)
    return code


def _interrupted() -> int:
    return _say("interrupted; nothing half-written was left", 130)
