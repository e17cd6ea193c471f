"""A language model ready for use: tokenizer, network, and the digests of the signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from mtaudit.errors import ModelError
from mtaudit.lm import folders, registry
from mtaudit.lm.batching import Batch
from mtaudit.lm.store import ModelCard

if TYPE_CHECKING:
    import torch

    from mtaudit.lm.head import Head


class Network(Protocol):
    """What turns rows of tokens into states; ``shares_prefixes`` says that groups may have one."""

    shares_prefixes: bool

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the network knows."""

    def states(self, batch: Batch, layers: Sequence[int] = ()) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the states [rows, width] that the vocabulary head reads, and those of ``layers``.

        The second are [rows, len(layers) * width] in fp32, behind the layers counted from 1.
        """


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model: fp32 on a CPU, bf16 on CUDA.

    Torch is imported and the weights are read when they are first needed: an audit whose scores
    are all in the cache needs neither.
    """

    card: ModelCard
    folder: Path
    tokenizer: Tokenizer
    device: str = "cpu"

    @property
    def dtype(self) -> str:
        """The number format of weights and products; sums of logits are fp32 in both."""
        return "bfloat16" if self.device == "cuda" else "float32"

    @property
    def window(self) -> int:
        """The most positions the network can attend over, BOS included."""
        return self.card.window

    @cached_property
    def network(self) -> Network:
        """The network on its device.

        Raises:
            ModelError: its parts are missing or do not fit together.

        """
        return self._parts[0]

    @cached_property
    def head(self) -> Head:
        """The vocabulary head of :attr:`network`."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[Network, Head]:
        import torch

        from mtaudit.lm.generic import Generic
        from mtaudit.lm.head import Head
        from mtaudit.lm.llama import Llama, Shape, Weights

        device, dtype = torch.device(self.device), getattr(torch, self.dtype)
        shape = Shape.of(folders.read_config(self.folder))
        network: Llama | Generic
        try:
            if shape is not None:
                network = Llama(shape, Weights(self.folder, device, dtype), device, dtype)
            else:
                network = Generic(self.folder, device, dtype)
        except torch.OutOfMemoryError as error:
            raise ModelError(
                f"{self.card.name} does not fit in the memory of the GPU; use --device cpu"
            ) from error
        if self.tokenizer.get_vocab_size() > network.vocabulary:
            raise ModelError(
                f"the tokenizer in {self.folder} has {self.tokenizer.get_vocab_size()} tokens and "
                f"the weights know {network.vocabulary}; they are not of one model"
            )
        boundary = torch.from_numpy(self.word_boundary(network.vocabulary))
        if isinstance(network, Llama):
            return network, Head(network.release_head(), boundary)
        head = Head(network.head_weight, boundary, network.head_bias, network.transform)
        return network, head

    def word_boundary(self, vocabulary: int) -> npt.NDArray[np.bool_]:
        """Return [vocabulary]: whether a token ends the word before it.

        Those are the tokens that begin with white space, and the ones that end a text (BOS
        doubles as the separator between documents).
        """
        marks = np.zeros(vocabulary, dtype=np.bool_)
        for number in range(min(vocabulary, self.tokenizer.get_vocab_size())):
            marks[number] = _begins_with_space(self.tokenizer, number)
        declared = folders.read_config(self.folder).get("eos_token_id")
        ends = declared if isinstance(declared, list) else [] if declared is None else [declared]
        marks[[self.card.bos_id, *ends]] = True
        return marks

    @property
    def computation(self) -> str:
        """What besides weights, tokenizer and BOS can move a score within its tolerance."""
        return f"{self.device}:{self.dtype}:torch-{version('torch')}"


def _begins_with_space(tokenizer: Tokenizer, number: int) -> bool:
    token = tokenizer.id_to_token(number)
    if not token:
        return False
    spelled = tokenizer.decoder.decode([token]) if tokenizer.decoder is not None else token
    # SentencePiece vocabularies mark a space by "▁", which their decoder drops at the start.
    return token[0] == "▁" or spelled[:1].isspace()


def choose_device(wanted: str) -> str:
    """Return ``cpu`` or ``cuda``; ``auto`` takes a GPU where torch sees one.

    Raises:
        ModelError: CUDA is asked for and torch sees no GPU.

    """
    if wanted == "cpu" or (wanted == "auto" and version("torch").endswith("+cpu")):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise ModelError(
            "torch sees no CUDA GPU here; use --device cpu, or install a CUDA build of torch"
        )
    return "cpu"


def load(name: str = registry.DEFAULT, device: str = "cpu") -> LanguageModel:
    """Open a model that is in the cache, or a local folder.

    Raises:
        ModelError: the model is not there (pull it first), its parts are missing, or there is no
            such device.

    """
    return load_folder(registry.require(name), device)


def load_folder(folder: Path, device: str = "cpu") -> LanguageModel:
    """Open a model folder in the transformers layout.

    Raises:
        ModelError: its parts are missing, or there is no such device.

    """
    card = registry.describe(folder)
    folders.read_config(folder)
    return LanguageModel(card, folder, folders.read_tokenizer(folder), choose_device(device))
