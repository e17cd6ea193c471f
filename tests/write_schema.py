"""Write the JSON Schemas of the contracts from their types; ``make docs`` runs this."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import mtaudit.reports
from mtaudit.reports.contract import LineObject, ReportObject
from mtaudit.reports.summary_contract import SummaryObject

FOLDER = Path(mtaudit.reports.__file__).parent
FILES = {
    "report.schema.json": ReportObject,
    "line.schema.json": LineObject,
    "summary.schema.json": SummaryObject,
}


def schema(type_: Any) -> str:
    """Return the schema of one contract type; fields that it does not name are allowed."""
    made = TypeAdapter(type_).json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(made, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    for name, type_ in FILES.items():
        (FOLDER / name).write_text(schema(type_), encoding="utf-8")
