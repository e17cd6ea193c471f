"""A layer imports only lower layers, and siblings do not import each other."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mtaudit

ROOT = Path(mtaudit.__file__).parent
LAYERS = {
    "document": 0, "finding": 0, "errors": 0, "evidence": 0, "calibration": 0, "paths": 0,
    "corpus_report": 0,
    "text": 1, "config": 1, "fluency": 1,
    "readers": 2, "lm": 2, "names": 2, "tagger": 2,
    "checks": 3, "scoring": 3, "selection": 3, "garbled": 3, "scorer": 3,
    "audit": 4,
    "corpus": 5, "reports": 5, "service": 5,
    "cli": 6, "__main__": 7,
}  # fmt: skip
# The values of layer 0 are built on one another.
MODULES = sorted(ROOT.rglob("*.py"))


def unit(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    here = unit(path)
    if here == "__init__":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "mtaudit" or len(parts) < 2 or parts[1] == "__version__":
            continue
        there = parts[1]
        if there == here:
            continue
        below = LAYERS[there] < LAYERS[here] or LAYERS[here] == LAYERS[there] == 0
        assert below, f"{path.name} ({here}, layer {LAYERS[here]}) imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_lm_imports_torch(path: Path) -> None:
    heavy = {name for name in imports(path) if name.split(".")[0] in ("torch", "transformers")}
    assert not heavy or unit(path) == "lm", f"{path} imports {heavy}"


def test_every_unit_has_a_layer() -> None:
    units = {unit(path) for path in MODULES} - {"__init__"}
    assert units <= LAYERS.keys()


@pytest.mark.parametrize("module", ["mtaudit", "mtaudit.cli.app", "mtaudit.audit"])
def test_import_is_light(module: str) -> None:
    code = (
        f"import sys, {module}; "
        "print([m for m in ('torch', 'transformers', 'datasets', 'pyarrow', 'ray') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
