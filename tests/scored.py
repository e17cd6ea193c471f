"""Rows as ``mtaudit score`` writes them, made up."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
_SEVERITIES = ("minor", "major", "critical")


def finding(check: str, severity: str, text: str, *replacements: str) -> Row:
    edits = [
        {
            "start": 0,
            "end": len(text),
            "replacement": replacement,
            "reason": "reads like a name",
            "confidence": 0.9,
            "safe": False,
        }
        for replacement in replacements
    ]
    return {
        "check": check,
        "category": "terminology/name",
        "severity": severity,
        "start": 0,
        "end": len(text),
        "text": text,
        "message": f"“{text}” should be looked at",
        "confidence": 0.8,
        "suggestions": edits,
    }


def row(number: int, findings: Sequence[Row] = (), **changes: Any) -> Row:
    """One audited row; its figures depend on ``number`` alone."""
    draw = random.Random(number)
    made: Row = {
        "id": f"doc-{number}",
        "text": f"The council of town {number} met on Monday. It will meet again.",
        "surprisal": round(draw.uniform(2, 5), 3),
        "fluency": round(draw.uniform(0, 100), 1),
        "garbled": round(draw.random(), 3),
        "quality": round(draw.uniform(0, 100), 1),
        "verdict": draw.choice(["pass", "review", "block"]),
        "words": draw.randrange(50, 2000),
        **{
            f"findings_{severity}": sum(one["severity"] == severity for one in findings)
            for severity in _SEVERITIES
        },
        "findings": list(findings),
        "signature": "a1b2c3d4",
        "error": None,
    }
    return made | changes


def broken(number: int, error: str = "the text is null") -> Row:
    """One row that could not be audited."""
    made = dict.fromkeys(row(number))
    return made | {"id": f"doc-{number}", "text": None, "error": error}


def lines(rows: Iterable[Row]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in rows)


def write(path: Path, rows: Sequence[Row]) -> Path:
    """Write ``rows`` as the name of ``path`` says, through pyarrow's own inference."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
    else:
        path.write_bytes(lines(rows))
    return path


def read(path: Path) -> list[Row]:
    if path.is_dir():
        return [one for part in sorted(path.iterdir()) for one in read(part)]
    if path.suffix == ".parquet":
        made: list[Row] = pq.read_table(path).to_pylist()
        return made
    with pa.input_stream(str(path), compression="detect") as stream:
        return [json.loads(line) for line in stream.read().splitlines()]
