"""A loaded language model: weights, tokenizer, and the digests that go into the signature."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer

from mtaudit.errors import ModelError
from mtaudit.lm import folders, registry
from mtaudit.lm.store import ModelCard


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model in fp32 and what must be known to score with it."""

    card: ModelCard
    network: Any
    tokenizer: Tokenizer

    def encode(self, text: str) -> Encoding:
        """Tokenise ``text`` as plain characters; lone surrogates become U+FFFD."""
        return self.tokenizer.encode(_spellable(text), add_special_tokens=False)

    @property
    def window(self) -> int:
        """The most positions the network can attend over, BOS included."""
        return self.card.window

    @property
    def vocabulary(self) -> int:
        """The number of rows of the output head."""
        return int(self.network.get_output_embeddings().weight.shape[0])

    @cached_property
    def word_boundary(self) -> torch.Tensor:
        """Shape [vocabulary], 1.0 where a token ends the word before it, else 0.0.

        Those are the tokens that begin with white space, and the ones that end a text (BOS
        doubles as the separator between documents).
        """
        marks = np.zeros(self.vocabulary, dtype=np.float32)
        for number in range(min(self.vocabulary, self.tokenizer.get_vocab_size())):
            if _begins_with_space(self.tokenizer, number):
                marks[number] = 1.0
        ends = {self.card.bos_id}
        declared = getattr(self.network.config, "eos_token_id", None)
        ends.update(declared if isinstance(declared, list) else [declared] if declared else [])
        for number in ends:
            marks[number] = 1.0
        return torch.from_numpy(marks)


def _spellable(text: str) -> str:
    if text.isascii():
        return text
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _lone(text) else text
    )


def _lone(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _begins_with_space(tokenizer: Tokenizer, number: int) -> bool:
    token = tokenizer.id_to_token(number)
    if not token:
        return False
    spelled = tokenizer.decoder.decode([token]) if tokenizer.decoder is not None else token
    # SentencePiece vocabularies mark a space by "▁", which their decoder drops at the start.
    return token[0] == "▁" or spelled[:1].isspace()


def load(name: str = registry.DEFAULT) -> LanguageModel:
    """Load a model that is in the cache, or a local folder, onto the CPU in fp32.

    Raises:
        ModelError: the model is not there (pull it first), or its parts do not fit together.

    """
    return load_folder(registry.require(name))


def load_folder(folder: Path) -> LanguageModel:
    """Load a model folder in the transformers layout.

    Raises:
        ModelError: its parts are missing or do not fit together.

    """
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    card = registry.describe(folder)
    folders.read_config(folder)
    tokenizer = folders.read_tokenizer(folder)
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network = AutoModelForCausalLM.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=torch.float32,
            )
    except Exception as error:  # transformers raises OSError, ValueError, KeyError, RuntimeError…
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelError(f"the model in {folder} cannot be loaded: {reason[:200]}") from error
    network.eval()
    model = LanguageModel(card, network, tokenizer)
    if tokenizer.get_vocab_size() > model.vocabulary:
        raise ModelError(
            f"the tokenizer in {folder} has {tokenizer.get_vocab_size()} tokens and the weights "
            f"know {model.vocabulary}; they are not of one model"
        )
    return model
