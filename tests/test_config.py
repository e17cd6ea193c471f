from __future__ import annotations

from pathlib import Path

import pytest

from mtaudit.config import Config, load, with_values
from mtaudit.errors import ConfigError


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert load(tmp_path) == Config()


def test_nearest_file_counts(tmp_path: Path) -> None:
    (tmp_path / "mtaudit.toml").write_text('style = "ap"\nmin-confidence = 1\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert load(inner) == Config(style="ap", min_confidence=1.0)
    (inner / "pyproject.toml").write_text('[tool.mtaudit]\ndisable = ["formula"]\n')
    assert load(inner).disable == ("formula",)
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert load(inner).style == "ap"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('modle = "x"', "unknown key 'modle'; did you mean 'model'"),
        ("min_confidence = 2", "give a number from 0 to 1"),
        ('min_confidence = "high"', "must be of type float"),
        ('style = "apa"', "did you mean 'ap'"),
        ('disable = "formula"', "must be a list of strings"),
        ("language_model = 1", "must be of type bool"),
        ("max_characters = 0", "must be at least 1"),
        ("= broken", "is not TOML"),
    ],
)
def test_bad_files_are_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mtaudit.toml"
    path.write_text(content)
    with pytest.raises(ConfigError) as told:
        load(tmp_path)
    assert message in str(told.value)
    assert str(path) in str(told.value)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration file"):
        load(tmp_path, tmp_path / "none.toml")


def test_digest_follows_what_changes_results() -> None:
    plain = Config().digest()
    assert Config(style="bbc").digest() != plain
    assert Config(min_confidence=0.9).digest() != plain
    assert Config(fail_on="never").digest() == plain


def test_values_override(tmp_path: Path) -> None:
    config = with_values(Config(style="ap"), {"style": "bbc"}, "command line")
    assert config.style == "bbc"
