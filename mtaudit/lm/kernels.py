"""Matrix products with constant weights, by the fastest exact kernel that this torch offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch.nn import functional

Linear = Callable[[torch.Tensor], torch.Tensor]
# The number of rows that the blocked layout is chosen for; any number can be multiplied.
_ROWS = 512


def linear(weight: torch.Tensor) -> Linear:
    """Return the product with a weight [out, in]: a function of [rows, in] giving [rows, out].

    In fp32 on a CPU the weight is laid out once for oneDNN, which uses the widest vector
    instructions of any maker's processor; the product that torch takes by default may not.
    """
    if weight.device.type == "cpu" and weight.dtype == torch.float32 and packs():
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _ROWS)
        return lambda x: _onednn(x, packed)
    kept = weight.contiguous()
    return lambda x: functional.linear(x, kept)


def _onednn(x: torch.Tensor, packed: torch.Tensor) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")
    return product


@cache
def packs() -> bool:
    """Whether torch has the packed product (the one that torch.compile emits) and it is right."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    x, weight = torch.linspace(-1, 1, 24).view(3, 8), torch.linspace(1, -2, 40).view(5, 8)
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
        return torch.allclose(_onednn(x, packed), functional.linear(x, weight), atol=1e-5)
    except (AttributeError, NotImplementedError, RuntimeError):
        return False


def product_fp32(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return x [rows, in] times weight [out, in] transposed, in fp32 also from bf16 on CUDA."""
    if x.device.type == "cuda" and x.dtype != torch.float32:
        return torch.mm(x, weight.t(), out_dtype=torch.float32)
    return functional.linear(x, weight).float()
