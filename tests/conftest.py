from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, settings

from mtaudit.errors import ModelError
from mtaudit.lm import registry
from mtaudit.lm.model import LanguageModel, load_folder
from mtaudit.lm.scorer import Scorer
from mtaudit.tagger.tagger import tagger_of

# How fast a machine is decides no test.
settings.register_profile("mtaudit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mtaudit")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def nobodys_names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The names that a developer has added for himself decide no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTAUDIT_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The default language model, pulled when it is not there."""
    try:
        return registry.pull()
    except ModelError as error:
        pytest.skip(f"the default language model cannot be had: {error}")


@pytest.fixture(scope="session")
def model(model_folder: Path) -> LanguageModel:
    return load_folder(model_folder)


@pytest.fixture(scope="session")
def stock(model_folder: Path) -> Any:
    """The same weights as transformers runs them."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()


@pytest.fixture(scope="session")
def scorer(model: LanguageModel) -> Scorer:
    return Scorer(model, reader=tagger_of(model.card.digest))


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared material is not beside this checkout")
    return SHARED
