"""``score``: a plan, an engine and an output folder or stream put together."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from mtaudit import __version__
from mtaudit.corpus.engine import Engine
from mtaudit.corpus.folder import Folder
from mtaudit.corpus.measure import Notice, signature_id
from mtaudit.corpus.runner import Outcome, Plan, Progress, Runner, check_columns
from mtaudit.corpus.sinks import FolderSink, StreamSink
from mtaudit.corpus.sources import Source
from mtaudit.finding import Signature


@dataclass(frozen=True)
class Target:
    """Where rows go: a folder, or a stream when there is none.

    ``turn`` is (i, n) for the i-th of n jobs over one folder, from 0; ``resume`` keeps what is
    done there.
    """

    folder: Path | None = None
    stream: BinaryIO | None = None
    turn: tuple[int, int] = (0, 1)
    resume: bool = True


def score(
    sources: Sequence[Source],
    plan: Plan,
    target: Target,
    engine: Callable[[], Engine],
    *,
    options: dict[str, str],
    progress: Progress,
    notice: Notice,
) -> Outcome:
    """Score all rows of ``sources`` into ``target``, each exactly once.

    ``engine`` makes the engine when the inputs have been looked at. ``options`` maps columns that
    must be there to the options that named them.

    Raises:
        UsageError: a column is missing or has a name that is needed; the folder is somebody's.
        InputError: an input cannot be read, or a row of a strict plan cannot be audited.
        OutputError: the output cannot be written.

    """
    inputs = check_columns(plan, sources, options)
    if target.folder is None:
        assert target.stream is not None
        running = engine()
        try:
            with _interrupts(notice) as stopping:
                sink = StreamSink(target.stream)
                return Runner(plan, running, sink, progress, stopping).run(sources)
        finally:
            running.close()
    # The folder before the engine: a mistake in it costs no start of processes.
    check = Folder(target.folder, plan.format, "", target.turn)
    earlier = check.manifest
    check.close()
    running = engine()
    try:
        folder = Folder(target.folder, plan.format, plan.work(str(running.signature)), target.turn)
        try:
            if not target.resume:
                folder.forget()
            told = _told(sources, plan, running.signature)
            _compare(target.folder, earlier, told, folder.found, notice)
            folder.write_manifest(told, complete=False)
            with _interrupts(notice) as stopping:
                sink_ = FolderSink(folder, plan, inputs)
                outcome = Runner(plan, running, sink_, progress, stopping).run(sources)
            folder.save_readings([source.name for source in sources])
            if not outcome.stopped:
                folder.finish(outcome.shards, told)
            if folder.replaced and earlier.get("signature") == told["signature"]:
                notice(f"{target.folder}: {folder.replaced:,} shards had changed")
            return outcome
        finally:
            folder.close()
    finally:
        running.close()


def _told(sources: Sequence[Source], plan: Plan, signature: Signature) -> dict[str, Any]:
    """Return what the manifest says before a row is measured."""
    return {
        "version": __version__,
        "signature": {
            "id": signature_id(signature),
            "text": str(signature),
            **asdict(signature),
        },
        "options": plan.options(),
        "inputs": [{"name": one.name, "kind": one.kind, "bytes": one.size} for one in sources],
    }


def _compare(
    path: Path, earlier: dict[str, Any], told: dict[str, Any], found: int, notice: Notice
) -> None:
    """Say how a run differs from the one before it in the folder."""
    if not earlier:
        return
    before, now = earlier.get("signature") or {}, told["signature"]
    changed = [key for key in now if key not in ("id", "text") and before.get(key) != now[key]]
    if changed:
        notice(
            f"{path}: was measured with another signature ({', '.join(changed)} changed); every "
            "shard is measured again"
        )
        return
    old = earlier.get("options") or {}
    other = [key for key in told["options"] if old.get(key) != told["options"][key]]
    if other:
        notice(
            f"{path}: was made with other options ({', '.join(other)}); every shard is made again"
        )
    elif found:
        notice(f"{path}: {found:,} shards are done already; the run goes on from there")


@contextmanager
def _interrupts(notice: Notice) -> Iterator[Callable[[], bool]]:
    """Give what tells whether to stop; the first interrupt asks for it, the second insists."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        notice("finishing the shards in hand; interrupt again to leave them")

    try:
        before = signal.signal(signal.SIGINT, handle)
    except ValueError:
        # Only the main thread may say what an interrupt does.
        yield lambda: False
        return
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
