"""Text of others, made safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return ``text`` on one line, without characters that a terminal would act on."""
    return "".join(
        character if character.isprintable() or character == " " else _stand_in(character)
        for character in text
    )


def _stand_in(character: str) -> str:
    return (
        " "
        if character.isspace()
        else "�"
        if character < " " or "\ud800" <= character <= "\udfff"
        else ""
    )
