"""Configuration: ``mtaudit.toml``, or ``[tool.mtaudit]`` in pyproject.toml."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from mtaudit.errors import ConfigError, did_you_mean
from mtaudit.finding import Severity

DEFAULT_MODEL = "smollm2-135m"
DEVICES = ("auto", "cpu", "cuda")
STYLES = ("house", "ap", "bbc")
FAIL_ON = ("never", *(severity.value for severity in Severity))


@dataclass(frozen=True, slots=True)
class Config:
    """What a run can be told; every field is a key of the configuration file.

    ``model`` is a registry name, a folder or a GGUF file; ``style`` the house style of suggested
    names; ``disable`` names checks to leave out; ``max_characters`` the longest document audited.
    ``device`` is where the model runs, ``cache`` whether its scores are kept for the next run and
    ``cache_megabytes`` how much of them. ``names`` is a names file in place of the shipped one.
    ``corpus_names`` compares the forms of names over all documents of a run. ``rewrites`` looks for
    edits that put suspect wording right. ``max_false_alarm`` is the share of sound documents that
    may get another verdict than ``pass``.
    """

    model: str = DEFAULT_MODEL
    language_model: bool = True
    style: str = "house"
    disable: tuple[str, ...] = ()
    min_confidence: float = 0.5
    fail_on: str = "major"
    max_characters: int = 1_000_000
    device: str = "auto"
    cache: bool = True
    cache_megabytes: int = 512
    names: str = ""
    corpus_names: bool = False
    rewrites: bool = True
    max_false_alarm: float = 0.01

    def __post_init__(self) -> None:
        _one_of("style", self.style, STYLES)
        _one_of("fail_on", self.fail_on, FAIL_ON)
        _one_of("device", self.device, DEVICES)
        if not 0.0 <= self.min_confidence <= 1.0:
            raise ConfigError(f"min_confidence is {self.min_confidence}; give a number from 0 to 1")
        if not 0.0 < self.max_false_alarm < 1.0:
            raise ConfigError(
                f"max_false_alarm is {self.max_false_alarm}; give a share between 0 and 1"
            )
        if self.max_characters < 1:
            raise ConfigError("max_characters must be at least 1")
        if self.cache_megabytes < 1:
            raise ConfigError("cache_megabytes must be at least 1; cache = false keeps nothing")

    def digest(self) -> str:
        """Return 12 hex digits over everything that can change a finding or a number."""
        relevant = {key: value for key, value in asdict(self).items() if key not in _PRESENTATION}
        return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:12]


# These choose what is done with a report and how it is computed, not what it says; the model and
# its number format, and the names, are in the signature by themselves.
_PRESENTATION = frozenset(
    {"fail_on", "max_characters", "model", "device", "cache", "cache_megabytes", "names"}
)


def _one_of(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        hint = did_you_mean(value, allowed)
        raise ConfigError(f"{key} is {value!r}{hint}; give one of {', '.join(allowed)}")


def load(start: Path, given: Path | None = None) -> Config:
    """Return the configuration in force in folder ``start``.

    ``given`` names a file; else the nearest ``mtaudit.toml``, or ``pyproject.toml`` with a
    ``[tool.mtaudit]`` table, from ``start`` upwards is read. Without one the defaults stand.

    Raises:
        ConfigError: the file cannot be read, a key is unknown or a value is of the wrong kind.

    """
    path = find(start, given)
    return Config() if path is None else _read(path)


def find(start: Path, given: Path | None = None) -> Path | None:
    """Return the configuration file in force in folder ``start``, None where there is none.

    Raises:
        ConfigError: a file on the way cannot be read.

    """
    if given is not None:
        return given
    for folder in (start, *start.parents):
        if (folder / "mtaudit.toml").is_file():
            return folder / "mtaudit.toml"
        project = folder / "pyproject.toml"
        if project.is_file() and "mtaudit" in _table(project).get("tool", {}):
            return project
    return None


def _read(path: Path) -> Config:
    table = _table(path)
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("mtaudit", {})
    config = with_values(Config(), table, str(path))
    if not config.names:
        return config
    return replace(config, names=str(path.parent / Path(config.names).expanduser()))


def _table(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigError(f"there is no configuration file {path}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def with_values(config: Config, values: Mapping[str, Any], where: str) -> Config:
    """Return ``config`` with ``values`` put in; dashes in keys count as underscores.

    Raises:
        ConfigError: a key is unknown or a value is of the wrong kind.

    """
    known = {field.name for field in fields(Config)}
    checked: dict[str, Any] = {}
    for written, value in values.items():
        key = written.replace("-", "_")
        if key not in known:
            raise ConfigError(f"{where}: unknown key {written!r}{did_you_mean(key, known)}")
        expected = type(getattr(config, key))
        if expected is tuple:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise ConfigError(f"{where}: {written} must be a list of strings")
            value = tuple(value)
        elif expected is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif type(value) is not expected:
            raise ConfigError(f"{where}: {written} must be of type {expected.__name__}")
        checked[key] = value
    try:
        return replace(config, **checked)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
