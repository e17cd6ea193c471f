"""The llama architecture as a scorer needs it: packed rows, no padding, every row in one pass.

transformers runs the same network over padded rectangles, with a cache and a graph for training.
Scoring needs none of these, and what they cost is measured by ``make bench``. The numbers are
those of transformers to 1e-3 nats; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from mtaudit.errors import ModelError
from mtaudit.lm import folders
from mtaudit.lm.batching import Batch, Group
from mtaudit.lm.kernels import Linear, linear

# Between these lengths one batched product over all heads beats the fused kernel on a CPU.
_PLAIN_ATTENTION = range(16, 65)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a llama network: ``heads`` of ``size`` each, ``kv_heads`` for keys, values.

    ``inner`` is the width of the gated layers; ``tied`` says whether the head is the embedding,
    None where the configuration does not say.
    """

    width: int
    inner: int
    tied: bool | None
    layers: int
    heads: int
    kv_heads: int
    size: int
    epsilon: float
    theta: float
    window: int

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape | None:
        """Return the sizes in a config.json, or None for a network that differs from llama."""
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        plain = (
            config.get("model_type") == "llama"
            and config.get("hidden_act", "silu") == "silu"
            and not config.get("attention_bias")
            and not config.get("mlp_bias")
            and not config.get("quantization_config")
            and rope.get("rope_type", rope.get("type", "default")) == "default"
        )
        if not plain:
            return None
        try:
            heads = int(config["num_attention_heads"])
            return cls(
                width=int(config["hidden_size"]),
                inner=int(config["intermediate_size"]),
                tied=config.get("tie_word_embeddings"),
                layers=int(config["num_hidden_layers"]),
                heads=heads,
                kv_heads=int(config.get("num_key_value_heads") or heads),
                size=int(config.get("head_dim") or config["hidden_size"] // heads),
                epsilon=float(config.get("rms_norm_eps", 1e-6)),
                theta=float(rope.get("rope_theta") or config.get("rope_theta") or 10_000.0),
                window=int(config["max_position_embeddings"]),
            )
        except KeyError as error:
            raise ModelError(f"the model's config.json lacks {error}") from error


@dataclass(frozen=True, slots=True)
class _Layer:
    qkv: Linear
    out: Linear
    gate_up: Linear
    down: Linear


class Weights:
    """The tensors of a model folder, read one at a time, so that they are not held twice."""

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        from safetensors import SafetensorError, safe_open

        self._open = safe_open
        self._device, self.dtype = device, dtype
        self._files: dict[str, Path] = {}
        for path in folders.weights_of(folder):
            try:
                with safe_open(path, framework="pt") as file:
                    self._files.update(dict.fromkeys(list(file.keys()), path))
            except (SafetensorError, OSError) as error:
                raise ModelError(f"{path} is not a whole safetensors file: {error}") from error

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def read(self, name: str, *shape: int | None, fp32: bool = False) -> torch.Tensor:
        """Return one tensor on the device; ``shape`` is what it must be, None for any size.

        Raises:
            ModelError: it is missing, or of another shape.

        """
        if name not in self._files:
            raise ModelError(f"the weights lack {name}; pull the model again")
        with self._open(self._files[name], framework="pt") as file:
            found = file.get_slice(name).get_shape()
            if len(found) != len(shape) or any(
                want not in (None, size) for size, want in zip(found, shape, strict=True)
            ):
                asked = " x ".join("any" if size is None else str(size) for size in shape)
                raise ModelError(
                    f"the weights hold {name} of {' x '.join(map(str, found))} and config.json "
                    f"asks for {asked}; they are not of one model"
                )
            dtype = torch.float32 if fp32 else self.dtype
            # A copy, so that the mapped file can go.
            tensor: torch.Tensor = file.get_tensor(name).to(self._device, dtype, copy=True)
        return tensor


class Llama:
    """A llama network over packed rows.

    The scales of the norms are folded into the products behind them, and the rotary halves are
    interleaved, so that a rotation is one complex product.
    """

    shares_prefixes = True

    def __init__(self, shape: Shape, weights: Weights, device: torch.device, dtype: torch.dtype):
        self.shape = shape
        self._dtype = dtype
        self._device = device
        self._embedding = weights.read("model.embed_tokens.weight", None, shape.width)
        self._layers = [_layer(shape, weights, number) for number in range(shape.layers)]
        apart = shape.tied is False or "lm_head.weight" in weights
        head = "lm_head.weight" if apart else "model.embed_tokens.weight"
        scale = weights.read("model.norm.weight", shape.width, fp32=True)
        self._head = (weights.read(head, self.vocabulary, shape.width, fp32=True) * scale).to(dtype)
        # Angles [window, size / 2] as unit complex numbers, by position.
        steps = torch.arange(0, shape.size, 2, dtype=torch.float32) / shape.size
        angles = torch.arange(shape.window, dtype=torch.float32)[:, None] / shape.theta**steps
        self._rotations = torch.polar(torch.ones_like(angles), angles).to(device)

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the network knows."""
        return int(self._embedding.shape[0])

    def release_head(self) -> torch.Tensor:
        """Return the weights [vocabulary, width] of the head, last norm included, and let them go.

        The head keeps them in an order and layout of its own.
        """
        weight = self._head
        self._head = weight[:0]
        return weight

    def states(self, batch: Batch, layers: Sequence[int] = ()) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the state [rows, width] behind the last norm, its scale left to the head.

        With it go the residual states [rows, len(layers) * width] behind ``layers``, counted from
        1, in fp32.
        """
        ids = torch.from_numpy(batch.ids).to(self._device)
        positions = torch.from_numpy(batch.positions).to(self._device)
        x = self._embedding[ids].float()
        rotations = self._rotations[positions].unsqueeze(1)  # [rows, 1, size / 2]
        masks = [self._mask(group) for group in batch.groups]
        kept = []
        for number, layer in enumerate(self._layers, 1):
            qkv = layer.qkv(self._normed(x))
            mixed = self._attention(self._rotated(qkv, rotations), batch.groups, masks)
            x += layer.out(mixed)
            gate_up = layer.gate_up(self._normed(x))
            half = gate_up.shape[1] // 2
            x += layer.down(functional.silu(gate_up[:, :half]).mul_(gate_up[:, half:]))
            if number in layers:
                kept.append(x.clone())
        return self._normed(x), torch.cat(kept, 1) if kept else x[:, :0]

    def _normed(self, x: torch.Tensor) -> torch.Tensor:
        """Return x over its root mean square; the scale is in the product that follows."""
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        inverse = (norm.square_() / x.shape[-1]).add_(self.shape.epsilon).rsqrt_()
        normed: torch.Tensor = (x * inverse).to(self._dtype)
        return normed

    def _rotated(self, qkv: torch.Tensor, rotations: torch.Tensor) -> torch.Tensor:
        """Return qkv [rows, (heads + 2 kv_heads) size] with queries and keys turned in place."""
        turned = (self.shape.heads + self.shape.kv_heads) * self.shape.size
        qk = qkv[:, :turned].view(len(qkv), -1, self.shape.size // 2, 2)
        if qkv.dtype == torch.float32:
            torch.view_as_complex(qk).mul_(rotations)
        else:
            exact = torch.view_as_real(torch.view_as_complex(qk.float()) * rotations)
            qkv[:, :turned] = exact.flatten(1)
        return qkv

    def _mask(self, group: Group) -> torch.Tensor | None:
        """Return what is added to the scores [group of heads * length, prefix + length]."""
        if not group.prefix and not self._plain(group):
            return None
        later = torch.full((group.length, group.length), float("-inf"), device=self._device)
        seen = torch.zeros((group.length, group.prefix), device=self._device)
        mask = torch.cat([seen, later.triu(1)], 1).to(self._dtype)
        return mask.repeat(self.shape.heads // self.shape.kv_heads, 1)

    def _plain(self, group: Group) -> bool:
        return self._device.type == "cpu" and group.length in _PLAIN_ATTENTION

    def _attention(
        self, qkv: torch.Tensor, groups: tuple[Group, ...], masks: list[torch.Tensor | None]
    ) -> torch.Tensor:
        """Return the mixed values [rows, heads * size]."""
        heads, kv_heads, size = self.shape.heads, self.shape.kv_heads, self.shape.size
        mixed = torch.empty((qkv.shape[0], heads * size), dtype=self._dtype, device=self._device)
        mixed[groups[-1].end :] = 0.0
        for group, mask in zip(groups, masks, strict=True):
            count, length = group.count, group.length
            rows = qkv[group.row : group.end].view(count, length, heads + 2 * kv_heads, size)
            q, k, v = torch.split(rows, [heads, kv_heads, kv_heads], dim=2)
            target = mixed[group.row : group.end].view(count, length, heads, size)
            if mask is None:
                found = functional.scaled_dot_product_attention(
                    q.transpose(1, 2),
                    k.transpose(1, 2),
                    v.transpose(1, 2),
                    is_causal=True,
                    enable_gqa=heads != kv_heads,
                )
                target.copy_(found.transpose(1, 2))
                continue
            if group.prefix:
                before = qkv[group.prefix_row : group.prefix_row + group.prefix]
                before = before.view(1, group.prefix, heads + 2 * kv_heads, size)
                before = before.expand(count, -1, -1, -1)
                k = torch.cat([before[:, :, heads : heads + kv_heads], k], 1)
                v = torch.cat([before[:, :, heads + kv_heads :], v], 1)
            # Heads that share keys are stacked: [count * kv_heads, shared * length, size].
            shared = heads // kv_heads
            stacked = q.reshape(count, length, kv_heads, shared, size).permute(0, 2, 3, 1, 4)
            stacked = stacked.reshape(count * kv_heads, shared * length, size)
            keys = k.permute(0, 2, 3, 1).reshape(count * kv_heads, size, -1)
            values = v.transpose(1, 2).reshape(count * kv_heads, -1, size)
            weights = torch.baddbmm(mask, stacked, keys, alpha=size**-0.5).softmax(-1)
            found = torch.bmm(weights, values).view(count, kv_heads, shared, length, size)
            target.view(count, length, kv_heads, shared, size).copy_(found.permute(0, 3, 1, 2, 4))
        return mixed


def _layer(shape: Shape, weights: Weights, number: int) -> _Layer:
    own = f"model.layers.{number}."
    width, inner = shape.width, shape.inner
    before = weights.read(f"{own}input_layernorm.weight", width, fp32=True)
    between = weights.read(f"{own}post_attention_layernorm.weight", width, fp32=True)

    def stack(names: Iterator[torch.Tensor], scale: torch.Tensor) -> torch.Tensor:
        stacked = torch.cat(list(names)) * scale
        return stacked.to(weights.dtype)

    def projections() -> Iterator[torch.Tensor]:
        for name, heads in (("q", shape.heads), ("k", shape.kv_heads), ("v", shape.kv_heads)):
            rows = heads * shape.size
            weight = weights.read(f"{own}self_attn.{name}_proj.weight", rows, width, fp32=True)
            yield weight if name == "v" else _interleaved(weight, heads)

    gates = (
        weights.read(f"{own}mlp.{name}_proj.weight", inner, width, fp32=True)
        for name in ("gate", "up")
    )
    mixed = shape.heads * shape.size
    return _Layer(
        qkv=linear(stack(projections(), before)),
        out=linear(weights.read(f"{own}self_attn.o_proj.weight", width, mixed)),
        gate_up=linear(stack(gates, between)),
        down=linear(weights.read(f"{own}mlp.down_proj.weight", width, inner)),
    )


def _interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Return a projection [heads * size, width] with the two rotary halves of a head in turns."""
    halves = weight.view(heads, 2, -1, weight.shape[1])
    return halves.transpose(1, 2).reshape(weight.shape)
