"""A right name put into its sentence: article, possessive, neighbours, capital."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mtaudit.document import Document, Span
from mtaudit.names.entities import Entity
from mtaudit.names.rendering import Renderer
from mtaudit.text.sentences import split

FORCES = Entity(
    id="forces", kind="army", name="Desert Guard Forces", ap="Desert Guard Forces",
    bbc="Desert Guard Forces", aliases=(), sources=(), readings=(), countries=(), article=True,
    note="",
)  # fmt: skip
GROUP = replace(
    FORCES, id="group", kind="armed-group", name="al-Najm", ap="al-Najm", bbc="al-Najm",
    article=False,
)  # fmt: skip
REBELS = replace(FORCES, id="rebels", kind="armed-group", name="Sanders", aliases=("Sander",))
PAPER = replace(GROUP, id="paper", kind="newspaper", name="Al-Safa", ap="Al-Safa", bbc="Al-Safa")


@pytest.mark.parametrize(
    ("marked", "entity", "expected"),
    [
        # The article that the name needs, and the one that it does not carry.
        ("He spoke of [[sand watch]] today.", FORCES, "He spoke of the Desert Guard Forces today."),
        ("The [[sand watch]] fled.", FORCES, "The Desert Guard Forces fled."),
        ("[[Sand watch]] fled.", FORCES, "The Desert Guard Forces fled."),
        ("Iraqi [[sand watch]] fled.", FORCES, "Iraqi Desert Guard Forces fled."),
        ("They said the [[star]] fled.", GROUP, "They said al-Najm fled."),
        ("They said the [[star]] fighters fled.", GROUP, "They said the al-Najm fighters fled."),
        ("The [[star]] fled.", GROUP, "Al-Najm fled."),
        ("He shot a [[star]] fighter.", GROUP, "He shot an al-Najm fighter."),
        # Quotation marks that doubt the word go; those of a title stay.
        ("They said the “[[star]]” fled.", GROUP, "They said al-Najm fled."),
        ("The newspaper “[[Clear]]” said so.", PAPER, "The newspaper “Al-Safa” said so."),
        # Possessive, plural, a noun that the name holds itself.
        ("He met [[sand watch]]'s chief.", FORCES, "He met the Desert Guard Forces' chief."),
        ("He met the [[sand watch]] forces.", FORCES, "He met the Desert Guard Forces."),
        ("The [[grit]] fighters fled.", REBELS, "The Sander fighters fled."),
        ("The [[grit]] fled north.", REBELS, "The Sanders fled north."),
    ],
)
def test_fitted(marked: str, entity: Entity, expected: str) -> None:
    start, end = marked.index("[["), marked.index("]]") - 2
    text = marked.replace("[[", "").replace("]]", "")
    document = Document("x", text, segments=split(text))
    renderer = Renderer(document, (), "house")
    place, written = renderer.fitted(
        document.segments[0], Span(start, end), entity, renderer.form(entity)
    )
    assert text[: place.start] + written + text[place.end :] == expected
