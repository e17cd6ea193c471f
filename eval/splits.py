"""Which annotated files may be trained on, which thresholds are tuned on, which are reported on.

``python -m eval.splits`` prints the table. A trained model names its data: the safetensors
metadata of its file hold ``trained_on``, a JSON list of ``{"file": name, "sha256": digest}``. No
figure is reported on a file that is named there, under that name or under another with the same
digest.

One file serves two ends in parts: of ``news/human.dev.jsonl.gz`` every other block of 1,000
sentences, the first included, may have errors planted in it for training; the figures are of the
other blocks. A model trained so names ``news/human.dev.jsonl.gz#plant``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path
from typing import TypeVar

from eval.rows import located
from mtaudit.errors import ResourceError, UsageError


class Use(Flag):
    """What a file may be used for."""

    TRAIN = auto()
    TUNE = auto()
    REPORT = auto()


LANGUAGES = ("ro", "et", "ru", "ne", "si")
SOURCES = ("ar", "fa", "he", "ru", "tr", "uk", "zh")
QE_DEV = {language: f"qe/{language}-en.dev.jsonl.gz" for language in LANGUAGES}
QE_KM = "qe/km-en.wmt22.jsonl.gz"
MQM_2020 = "mqm/newstest2020.zh-en.jsonl.gz"
MQM_2021 = "mqm/newstest2021.zh-en.jsonl.gz"
DEMETR, BLIMP = "pairs/demetr.jsonl.gz", "pairs/blimp.jsonl.gz"
SYSTEMS = {language: f"systems/{language}-en.flores-dev.jsonl.gz" for language in SOURCES}
HUMAN = "news/human.dev.jsonl.gz"
HUMAN_PLANT, HUMAN_REPORT = f"{HUMAN}#plant", f"{HUMAN}#report"
NAMES = "entities/garbled-names.dev.jsonl"
OWN_NAMES = "eval/data/garbled-names.dev.jsonl"
SEED_TEXT, SEED_GOLD = "../seed/article.txt", "../seed/gold.jsonl"
BLOCK = 1000
Item = TypeVar("Item")

USES: Mapping[str, Use] = {
    MQM_2020: Use.TRAIN,
    "mqm/ted2021.zh-en.jsonl.gz": Use.TRAIN,
    "mqm/bio.jsonl.gz": Use.TRAIN,
    **{f"qe/{language}-en.train.jsonl.gz": Use.TRAIN for language in LANGUAGES},
    HUMAN_PLANT: Use.TRAIN,
    # Thresholds on one half of the documents or rows by hash, figures on the other.
    MQM_2021: Use.TUNE | Use.REPORT,
    **dict.fromkeys(QE_DEV.values(), Use.TUNE | Use.REPORT),
    QE_KM: Use.REPORT,
    DEMETR: Use.REPORT,
    BLIMP: Use.REPORT,
    **dict.fromkeys(SYSTEMS.values(), Use.REPORT),
    HUMAN_REPORT: Use.REPORT,
    # Looked at while the names were built, and the weights of the channels fitted on the second.
    NAMES: Use.TUNE | Use.REPORT,
    OWN_NAMES: Use.TUNE | Use.REPORT,
    SEED_TEXT: Use.TUNE | Use.REPORT,
    SEED_GOLD: Use.TUNE | Use.REPORT,
}


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """A file, or a part of one behind ``#``, that a model was trained on."""

    file: str
    sha256: str


def part_of_report(rows: Sequence[Item]) -> list[list[Item]]:
    """Return the blocks of the human news that figures are reported on."""
    return [list(rows[at : at + BLOCK]) for at in range(BLOCK, len(rows), 2 * BLOCK)]


def trained_on(artefact: Path) -> tuple[TrainedOn, ...]:
    """Return what a safetensors file says it was trained on.

    Raises:
        ResourceError: the file cannot be read or does not say so.

    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(artefact), framework="numpy") as file:
            metadata = file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise ResourceError(f"{artefact}: not a safetensors file ({error})") from None
    try:
        listed = json.loads(metadata["trained_on"])
        return tuple(TrainedOn(entry["file"], entry["sha256"]) for entry in listed)
    except (KeyError, TypeError, ValueError):
        raise ResourceError(
            f"{artefact}: its metadata have no readable 'trained_on'; without it no figure is "
            "reported of a trained model"
        ) from None


def guard(files: Iterable[str], root: Path, trained: Sequence[TrainedOn]) -> None:
    """Refuse to report on a file that may not be reported on, or that a model was trained on.

    Raises:
        UsageError: one of ``files`` is such a file.

    """
    for file in files:
        if Use.REPORT not in USES.get(file, Use.TRAIN):
            raise UsageError(f"{file} is not for reporting on; eval/splits.py says what is")
        name, _, part = file.partition("#")
        path = located(root, name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for entry in trained:
            other, _, other_part = entry.file.partition("#")
            apart = bool(part and other_part and part != other_part)
            if not apart and (other == name or entry.sha256 == digest):
                raise UsageError(
                    f"the model was trained on {entry.file} (sha256 {entry.sha256[:12]}), so no "
                    f"figure on {file} is reported; leave the suite out or train without the file"
                )


def main() -> None:
    """Print the table."""
    for file, use in USES.items():
        print(f"{file:40} {', '.join(str(flag.name).lower() for flag in use)}")


if __name__ == "__main__":
    main()
