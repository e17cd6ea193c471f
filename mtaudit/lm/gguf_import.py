"""GGUF to safetensors, tokenizer.json and config.json, tensor by tensor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mtaudit.errors import ModelError

Array = npt.NDArray[Any]
Progress = Callable[[str, int, int], None]

_LAYER = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
_TOP = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}
_CONTROL = 3  # gguf's TokenType.CONTROL: a token that no text spells
_USER_DEFINED = 4


def transformers_name(name: str) -> str:
    """Return the transformers name of a llama tensor named as in GGUF.

    Raises:
        ModelError: the name is not one of a llama model's.

    """
    stem, _, kind = name.rpartition(".")
    if stem in _TOP:
        return f"{_TOP[stem]}.{kind}"
    parts = stem.split(".")
    if len(parts) == 3 and parts[0] == "blk" and parts[2] in _LAYER:
        return f"model.layers.{parts[1]}.{_LAYER[parts[2]]}.{kind}"
    raise ModelError(f"the GGUF file has a tensor {name!r} that no llama model has")


def unpermute(weight: Array, heads: int) -> Array:
    """Undo GGUF's interleaving of rotary halves in a query or key projection.

    Shapes: [heads * 2 * half, width] in and out; llama.cpp's converter turns each head's rows
    from (2, half) into (half, 2) order.
    """
    rows = weight.shape[0]
    interleaved = weight.reshape(heads, rows // heads // 2, 2, *weight.shape[1:])
    return np.ascontiguousarray(interleaved.swapaxes(1, 2).reshape(weight.shape))


class GgufModel:
    """A llama-architecture GGUF file, opened for import.

    Raises:
        ModelError: not a GGUF file, or an architecture or tokenizer this import does not know.

    """

    def __init__(self, path: Path) -> None:
        import gguf

        self._path = path
        self._dequantize = gguf.dequantize
        try:
            self._reader = gguf.GGUFReader(path)
        except (ValueError, OSError, KeyError, IndexError) as error:
            raise ModelError(f"{path} is not a readable GGUF file: {error}") from error
        self.architecture = str(self._value("general.architecture", ""))
        if self.architecture != "llama":
            raise ModelError(
                f"{path} holds a {self.architecture or 'nameless'!r} model and only 'llama' GGUF "
                "files can be imported; convert it to a transformers folder with safetensors"
            )
        self.licence = str(self._value("general.license", "unknown"))
        self.window = int(self._value("llama.context_length", 2048))

    def _value(self, key: str, default: Any = None) -> Any:
        field = self._reader.get_field(key)
        if field is None:
            if default is None:
                raise ModelError(f"{self._path} lacks {key!r}; download the file again")
            return default
        return field.contents()

    def config(self, bos_id: int) -> dict[str, Any]:
        """Return the transformers configuration of the model."""
        heads = int(self._value("llama.attention.head_count"))
        width = int(self._value("llama.embedding_length"))
        names = {tensor.name for tensor in self._reader.tensors}
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": width,
            "intermediate_size": int(self._value("llama.feed_forward_length")),
            "num_hidden_layers": int(self._value("llama.block_count")),
            "num_attention_heads": heads,
            "num_key_value_heads": int(self._value("llama.attention.head_count_kv", heads)),
            "head_dim": int(self._value("llama.attention.key_length", width // heads)),
            "vocab_size": len(self._value("tokenizer.ggml.tokens")),
            "max_position_embeddings": self.window,
            "rms_norm_eps": float(self._value("llama.attention.layer_norm_rms_epsilon")),
            "rope_theta": float(self._value("llama.rope.freq_base", 10_000.0)),
            "tie_word_embeddings": "output.weight" not in names,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "bos_token_id": bos_id,
            "eos_token_id": int(self._value("tokenizer.ggml.eos_token_id", bos_id)),
            "dtype": "float32",
        }

    def write_weights(self, target: Path, progress: Progress) -> int:
        """Write every tensor in fp32 to a safetensors file and return the parameter count."""
        from safetensors.numpy import save_file

        heads = int(self._value("llama.attention.head_count"))
        kv_heads = int(self._value("llama.attention.head_count_kv", heads))
        tensors: dict[str, Array] = {}
        total = len(self._reader.tensors)
        for number, tensor in enumerate(self._reader.tensors):
            weight = np.asarray(self._dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            if ".attn_q." in tensor.name:
                weight = unpermute(weight, heads)
            elif ".attn_k." in tensor.name:
                weight = unpermute(weight, kv_heads)
            tensors[transformers_name(tensor.name)] = np.ascontiguousarray(weight)
            progress("converting", number + 1, total)
        save_file(tensors, target, metadata={"format": "pt"})
        return sum(weight.size for weight in tensors.values())

    def write_tokenizer(self, target: Path) -> None:
        """Write the byte-level BPE tokenizer as tokenizer.json."""
        from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

        kind, pre = self._value("tokenizer.ggml.model", ""), self._value("tokenizer.ggml.pre", "")
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        if kind == "gpt2" and pre == "smollm":
            digits = pre_tokenizers.Digits(individual_digits=True)
            splitter: pre_tokenizers.PreTokenizer = pre_tokenizers.Sequence([digits, byte_level])
        elif kind == "gpt2" and pre == "gpt-2":
            splitter = byte_level
        elif kind == "gpt2" and pre == "llama-bpe":
            pattern = Regex(
                r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
                r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            )
            plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
            splitter = pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), plain])
        else:
            raise ModelError(
                f"{self._path} has a {kind}/{pre} tokenizer, which cannot be imported exactly; "
                "convert the model to a transformers folder with tokenizer.json"
            )
        tokens: list[str] = self._value("tokenizer.ggml.tokens")
        types: list[int] = self._value("tokenizer.ggml.token_type")
        merges = [tuple(merge.split(" ")) for merge in self._value("tokenizer.ggml.merges")]
        vocabulary = {token: number for number, token in enumerate(tokens)}
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
        tokenizer.pre_tokenizer = splitter
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens(
            [
                AddedToken(token, special=True, normalized=False)
                for token, type_ in zip(tokens, types, strict=True)
                if type_ in (_CONTROL, _USER_DEFINED)
            ]
        )
        tokenizer.save(str(target))

    def declared_bos(self) -> int | None:
        """Return the BOS id that the file names, or None."""
        field = self._reader.get_field("tokenizer.ggml.bos_token_id")
        return None if field is None else int(field.contents())


def write_config(target: Path, config: dict[str, Any]) -> None:
    """Write a transformers config.json."""
    target.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
