"""How often English prints a word, from wordfreq's list, in a file that opens at once.

wordfreq reads its whole list and a good deal of Unicode machinery before it answers for one word;
an audit of a short article asks for some hundred. The list is laid down once in the cache folder.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import tempfile
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from mtaudit.paths import home

# What wordfreq's tokeniser leaves as it is but for case, hyphens aside; all else is left to it.
_PLAIN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*\Z", re.ASCII)
_SMALLEST = 1e-9  # an occurrence in a billion words: what Zipf 0.0 stands for


@lru_cache(maxsize=65_536)
def zipf(word: str) -> float:
    """Return the Zipf frequency of ``word`` in English: log10 of its count in a billion words.

    0.0 for a word that was not seen (wordfreq, large list). Parts of a hyphenated word count as
    wordfreq counts them: the reciprocals of their frequencies add up.
    """
    table = _table()
    if table is None or not _PLAIN.match(word):
        from wordfreq import zipf_frequency

        return float(zipf_frequency(word, "en", wordlist="best"))
    reciprocal = 0.0
    for part in word.lower().split("-"):
        row = table.execute("SELECT frequency FROM words WHERE word = ?", (part,)).fetchone()
        if row is None:
            return 0.0
        reciprocal += 1.0 / row[0]
    # wordfreq rounds a frequency to three significant digits before it takes the logarithm.
    frequency = max(1.0 / reciprocal, _SMALLEST)
    frequency = round(frequency, math.floor(-math.log(frequency, 10)) + 3)
    return round(math.log(frequency, 10) + 9.0, 2)


@cache
def _table() -> sqlite3.Connection | None:
    """Return the list as a table, made when it is not there; None where it cannot be kept."""
    path = home() / f"words-{version('wordfreq')}.sqlite"
    try:
        if not path.is_file():
            _write(path)
        # Threads only read, and only through calls that the interpreter takes one at a time.
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        table = sqlite3.connect(uri, uri=True, check_same_thread=False)
        table.execute("SELECT frequency FROM words WHERE word = 'the'").fetchone()[0]
    except (OSError, sqlite3.Error, TypeError):
        return None
    return table


def _write(path: Path) -> None:
    """Write the list aside and put it into place, so that no process finds half of it."""
    from wordfreq import get_frequency_dict

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    try:
        with sqlite3.connect(aside) as table:
            table.execute(
                "CREATE TABLE words (word TEXT PRIMARY KEY, frequency REAL) WITHOUT ROWID"
            )
            words = sorted(get_frequency_dict("en", wordlist="best").items())
            table.executemany("INSERT INTO words VALUES (?, ?)", words)
        table.close()
        os.replace(aside, path)
    finally:
        Path(aside).unlink(missing_ok=True)
