"""JSON Lines: one document a line, with ``text`` and, where there is one, ``id``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from mtaudit.document import Document
from mtaudit.errors import InputError


def documents(text: str, origin: str, complain: Callable[[InputError], None]) -> Iterator[Document]:
    """Yield a document for each line; a bad line is handed to ``complain`` and passed over."""
    # Only a line feed ends a line: U+2028 and its like are legal inside a JSON string.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        where = f"{origin}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            complain(InputError(f"{where}: this is not JSON ({error})"))
            continue
        if not isinstance(row, dict):
            complain(InputError(f"{where}: a line must be an object with “text” and “id”"))
            continue
        body = row.get("text")
        if not isinstance(body, str):
            columns = ", ".join(map(str, row)) or "none"
            complain(InputError(f"{where}: there is no string “text” (keys here: {columns})"))
            continue
        if not body.strip():
            complain(InputError(f"{where}: the text is empty; there is nothing to audit"))
            continue
        yield Document(str(row.get("id", number)), body, where)
