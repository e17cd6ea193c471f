"""Any causal network of transformers, for architectures that are not written out here."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from mtaudit.errors import ModelError
from mtaudit.lm.batching import Batch
from mtaudit.lm.head import Transform


class Generic:
    """A network as transformers runs it: each group of equal lengths is one rectangle.

    Raises:
        ModelError: the folder's parts are missing or do not fit together.

    """

    shares_prefixes = False

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging

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
                    dtype=dtype,
                )
        except Exception as error:  # OSError, ValueError, KeyError, RuntimeError…
            lines = str(error).strip().splitlines()
            reason = lines[0] if lines else type(error).__name__
            raise ModelError(f"the model in {folder} cannot be loaded: {reason[:200]}") from error
        self._network: Any = network.to(device).eval()
        self._device = device
        output = network.get_output_embeddings()
        self.head_weight: torch.Tensor = output.weight.detach()
        bias = getattr(output, "bias", None)
        self.head_bias: torch.Tensor | None = None if bias is None else bias.detach()
        self.transform = _transform(network.config)

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the network knows."""
        return int(self.head_weight.shape[0])

    def states(self, batch: Batch, layers: Sequence[int] = ()) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the states [rows, width] that the vocabulary head reads.

        With them go those [rows, len(layers) * width] behind ``layers``, counted from 1, in fp32.
        """
        ids = torch.from_numpy(batch.ids).to(self._device)
        found, kept = [], []
        for group in batch.groups:
            rectangle = ids[group.row : group.end].view(group.count, group.length)
            # A causal network never looks at the padding on the right, so no mask is needed.
            states = self._network.base_model(
                input_ids=rectangle, use_cache=False, output_hidden_states=bool(layers)
            )
            found.append(states.last_hidden_state.flatten(0, 1))
            inner = [states.hidden_states[number].flatten(0, 1).float() for number in layers]
            kept.append(torch.cat(inner, 1) if inner else found[-1][:, :0].float())
        return torch.cat(found), torch.cat(kept)


def _transform(config: Any) -> Transform | None:
    """Return what some architectures do to their logits, or None."""
    scale = getattr(config, "logit_scale", None) or 1.0
    scale /= getattr(config, "logits_scaling", None) or 1.0
    cap = getattr(config, "final_logit_softcapping", None)
    if scale == 1.0 and cap is None:
        return None

    def apply(logits: torch.Tensor) -> torch.Tensor:
        logits *= scale
        return logits if cap is None else logits.div_(cap).tanh_().mul_(cap)

    return apply
