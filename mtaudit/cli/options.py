"""Options that more than one command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[
    str | None,
    typer.Option(help="Language model: a name, a folder or a GGUF file.", show_default=False),
]
Device = Annotated[
    str | None, typer.Option(help="Where the model runs: auto, cpu or cuda. [default: auto]")
]
Style = Annotated[
    str | None, typer.Option(help="House style of suggested names: house, ap or bbc.")
]
Names = Annotated[Path | None, typer.Option(help="Names file that mtaudit names build has made.")]
MinConfidence = Annotated[
    float | None,
    typer.Option(help="Leave out findings below this confidence, 0 to 1. [default: 0.5]"),
]
MaxFalseAlarm = Annotated[
    float | None,
    typer.Option(
        help="Share of sound documents that may get another verdict than pass. [default: 0.01]"
    ),
]
Disable = Annotated[list[str] | None, typer.Option(help="Leave out a check; may be given again.")]
MaxCharacters = Annotated[
    int | None, typer.Option(help="Longest document to audit. [default: 1000000]")
]
ConfigFile = Annotated[
    Path | None, typer.Option(help="Configuration file, in place of the nearest one.")
]
