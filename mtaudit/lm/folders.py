"""Model folders in the transformers layout: what makes one usable, and its BOS."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from mtaudit.errors import ModelError

SEPARATOR = "<|endoftext|>"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_of(folder: Path) -> list[Path]:
    """Return the safetensors files of a model folder.

    Raises:
        ModelError: no folder, no weights, or weights in pickle form only.

    """
    if not folder.is_dir():
        raise ModelError(f"there is no model folder {folder}")
    weights = sorted(folder.glob("*.safetensors"))
    if weights:
        return weights
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelError(
            f"{folder} holds its weights as a pickle only ({pickles[0]}), which can run code when "
            "it is opened; save the model with safe_serialization=True"
        )
    raise ModelError(f"{folder} holds no weights; a model folder needs a *.safetensors file")


def weights_digest(folder: Path) -> str:
    """Return one sha256 over all weights files of a folder."""
    digests = [sha256(path) for path in weights_of(folder)]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def parameter_count(folder: Path) -> int:
    """Return how many numbers the weights files of a folder hold, read from their headers.

    Raises:
        ModelError: a file is not safetensors.

    """
    from safetensors import SafetensorError, safe_open

    total = 0
    for path in weights_of(folder):
        try:
            with safe_open(path, framework="numpy") as weights:
                shapes = [weights.get_slice(key).get_shape() for key in list(weights.keys())]
                total += sum(math.prod(shape) for shape in shapes)
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{path} is not a whole safetensors file: {error}") from error
    return total


def read_config(folder: Path) -> dict[str, Any]:
    """Return a model folder's config.json.

    Raises:
        ModelError: it is missing, broken, or asks for code of its own.

    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} has no config.json; give a transformers model folder"
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} is not a JSON object")
    if "auto_map" in config:
        raise ModelError(f"{folder} asks to run its own code (auto_map), which mtaudit never does")
    return config


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return a model folder's fast tokenizer.

    Raises:
        ModelError: tokenizer.json is missing or broken.

    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(
            f"{folder} has no tokenizer.json; save the tokenizer with transformers' fast tokenizer"
        )
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust library raises bare Exception
        raise ModelError(f"{path} cannot be read as a tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # Markup such as "<|endoftext|>" inside an article is text like any other.
    tokenizer.encode_special_tokens = True
    return tokenizer


def choose_bos(tokenizer: Tokenizer, declared: int | None, where: Path) -> tuple[int, str]:
    """Return the id and text of the token that stands before the first one.

    A vocabulary that has ``<|endoftext|>`` was trained with it between documents, whatever chat
    token its configuration declares; otherwise the declared BOS stands.

    Raises:
        ModelError: there is neither.

    """
    separator = tokenizer.token_to_id(SEPARATOR)
    if separator is not None:
        return separator, SEPARATOR
    token = None if declared is None else tokenizer.id_to_token(declared)
    if declared is None or token is None:
        raise ModelError(f"{where} names no BOS token; add bos_token_id to its config.json")
    return declared, token
