"""From states to log-probability, entropy and word boundary, without a full table of logits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from mtaudit.lm.batching import FIGURES, filled
from mtaudit.lm.kernels import Linear, linear, product_fp32

Transform = Callable[[torch.Tensor], torch.Tensor]
# Rows of logits at once: 128 x 49,152 in fp32 are 25 MB, which malloc still keeps for reuse and a
# cache of the third level may hold; the passes over them go by fewer rows.
_CPU_ROWS, _CPU_PASS = 128, 64
_CUDA_ROWS = 2048


class Head:
    """The vocabulary head fused with log-sum-exp.

    Args:
        weight: [vocabulary, width], in the number format of the states.
        boundary: [vocabulary], true for a token that ends the word before it.
        bias: [vocabulary] or None.
        transform: what the model does to its logits, in place, before they are log-odds.

    """

    def __init__(
        self,
        weight: torch.Tensor,
        boundary: torch.Tensor,
        bias: torch.Tensor | None = None,
        transform: Transform | None = None,
    ) -> None:
        # Tokens that end a word come first, so that their mass is a sum over one stretch.
        order = torch.argsort((~boundary).to(torch.uint8), stable=True)
        self._ending = int(boundary.sum())
        self._place = torch.empty_like(order)
        self._place[order] = torch.arange(len(order))
        self._place = self._place.to(weight.device)
        self._cuda = weight.device.type == "cuda"
        self._product: Linear
        ordered = weight[order.to(weight.device)]
        if self._cuda or weight.dtype != torch.float32:
            self._product = lambda states: product_fp32(states, ordered)
        else:
            self._product = linear(ordered)
        self._bias = None if bias is None else bias[order].to(weight.device)
        self._transform = transform

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        # A last, shorter stretch is filled up, so that every product has one shape.
        rows = len(states)
        if not self._cuda and rows < _CPU_ROWS:
            states = functional.pad(states, (0, 0, 0, filled(rows) - rows))
        logits = self._product(states)[:rows]
        if self._bias is not None:
            logits += self._bias
        return logits if self._transform is None else self._transform(logits)

    def measure(self, states: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return [FIGURES, rows] of what is asked about each target, four of them in nats.

        They are log p(target), the entropy of p, log p(the word ends here), the log-odds of the
        likeliest token against the target, and the target's rank (0 for the likeliest).
        ``states`` is [rows, width], ``targets`` [rows]. With logits z and their log-sum-exp l,
        log p = z - l and the entropy is l - sum p z.
        """
        found = torch.empty((FIGURES, len(targets)), dtype=torch.float32, device=states.device)
        places = self._place[targets]
        step = _CUDA_ROWS if self._cuda else _CPU_ROWS
        for start in range(0, len(targets), step):
            logits = self._logits(states[start : start + step])
            narrow = step if self._cuda else _CPU_PASS
            for inner in range(0, len(logits), narrow):
                z = logits[inner : inner + narrow]
                rows = slice(start + inner, start + inner + len(z))
                p = z.softmax(1)
                total = _log_sum_exp(z, p)
                own = z.gather(1, places[rows, None])
                torch.sub(own.squeeze(1), total, out=found[0, rows])
                torch.sub(z.amax(1), own.squeeze(1), out=found[3, rows])
                found[4, rows] = (z > own).sum(1).float()
                torch.log(p[:, : self._ending].sum(1).clamp_min_(1e-30), out=found[2, rows])
                torch.sub(total, p.mul_(z).sum(1), out=found[1, rows])
        return found

    def logprob(self, states: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return [rows]: log p(target) alone, in nats."""
        found = torch.empty(len(targets), dtype=torch.float32, device=states.device)
        places = self._place[targets]
        step = _CUDA_ROWS if self._cuda else _CPU_ROWS
        for start in range(0, len(targets), step):
            rows = slice(start, start + step)
            logits = self._logits(states[rows])
            wanted = logits.gather(1, places[rows, None]).squeeze(1)
            torch.sub(wanted, _log_sum_exp(logits, logits.softmax(1)), out=found[rows])
        return found


def _log_sum_exp(z: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    """Return [rows]: the log-sum-exp of logits z whose softmax is p, by the likeliest token."""
    return z.amax(1) - p.amax(1).log_()
