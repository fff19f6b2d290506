"""Shapes of layers, and the work in them; both by the library, which knows the formulas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .. import _core, _request

_MODEL_GPU = "h200"  # the library tells work only beside a roofline; its times are not used
_OF_LAYER = ("tokens", "d_model", "d_ff", "num_experts", "expert_width", "top_k")


@dataclass(frozen=True)
class LayerShape:
    """A layer of experts and the micro-batch that passes through it.

    Attributes
    ----------
    tokens : int
        Of the micro-batch on one GPU.
    d_model, d_ff : int
        Width of the model, and of the dense layer that granularity and expansion refer to.
    num_experts, expert_width, top_k : int
        E' = E G, n = d_ff / G and K = k0 G.
    activation : {"swiglu", "gelu", "relu"}
    renormalize : bool
        Whether the weights of a token's experts are scaled to sum to 1.
    device : str
        Where the layer is to live: "cuda" or "cpu".
    """

    tokens: int
    d_model: int
    d_ff: int
    num_experts: int
    expert_width: int
    top_k: int
    activation: str = "swiglu"
    renormalize: bool = False
    device: str = "cpu"

    @property
    def dtype(self) -> Any:
        """torch.bfloat16: what activations come in, and what rates of a table are those of."""
        import torch

        return torch.bfloat16

    @property
    def up_width(self) -> int:
        """Rows of an expert's up projection: twice the width for SwiGLU."""
        return self.expert_width * (2 if self.activation == "swiglu" else 1)

    def __str__(self) -> str:
        return (
            f"{self.tokens} tokens, d_model {self.d_model}, {self.num_experts} experts of width "
            f"{self.expert_width}, top-{self.top_k}, {self.activation}"
        )


def shapes(**words: Any) -> list[LayerShape]:
    """Layers by their rates or by their counts, one per granularity.

    Parameters
    ----------
    tokens, d_model : int
        The micro-batch and the width of the model.
    d_ff, expansion, granularity, k0
        A layer by its rates; `granularity` may be a list.
    num_experts, expert_width, top_k : int
        A layer by its counts.
    activation : {"swiglu", "gelu", "relu"}
    renormalize : bool

    Returns
    -------
    list of LayerShape

    Raises
    ------
    InvalidArgument
        For words that contradict each other, and for layers that cannot be run.
    """
    out: list[LayerShape] = []
    for row in _rows(words):
        shape = LayerShape(**{key: row[key] for key in (*_OF_LAYER, "activation", "renormalize")})
        if shape not in out:
            out.append(shape)
    return out


def resolved(given: LayerShape | Mapping[str, Any] | Sequence[Any]) -> list[LayerShape]:
    """The layers that a caller means: one, words of `shapes`, or a list of these."""
    if isinstance(given, LayerShape):
        return [given]
    if isinstance(given, Mapping):
        return shapes(**given)
    return [shape for each in given for shape in resolved(each)]


@dataclass(frozen=True)
class Work:
    """FLOPs and least bytes of a pass."""

    model_flops: float
    padded_flops: float
    executed_flops: float
    bytes: float


_TILE_ROWS = 128


def work_of(shape: LayerShape, rows_per_expert: Sequence[int] | None) -> dict[str, Work]:
    """Work by pass: "forward", "backward", "both".

    rows_per_expert: after routing, for whole tiles of 128 rows; None where nobody knows, as if all
    experts had the mean.
    """
    words = asdict(shape)
    del words["device"]
    ratio = None
    if rows_per_expert is not None:
        tiles = sum(-(-int(rows) // _TILE_ROWS) for rows in rows_per_expert)
        ratio = tiles * _TILE_ROWS / (shape.tokens * shape.top_k)
    out: dict[str, Work] = {}
    rows = _rows(words)
    for whole in [row for row in rows if row["stage"] == "whole"]:
        padded = 0.0
        for row in rows:
            if row["stage"] == "whole" or row["pass"] != whole["pass"]:
                continue
            of_experts = row["stage"].startswith(("up", "down"))
            exact = of_experts and ratio is not None
            padded += row["model_flops"] * ratio if exact else row["padded_flops"]
        out[whole["pass"]] = Work(
            whole["model_flops"], padded, whole["executed_flops"], whole["bytes"]
        )
    return out


def datasheet(gpu_name: str) -> dict[str, Any]:
    """The peaks of a table that a datasheet knows; empty for a GPU that is not in the list."""
    from ..errors import InvalidArgument

    words = {"tokens": 8, "d_model": 8, "num_experts": 1, "expert_width": 8, "top_k": 1}
    try:
        peaks = _model({**words, "gpu": gpu_name})["peaks"]
    except InvalidArgument:
        return {}
    return {key: peaks[key] for key in ("spec_flops_per_s", "spec_bytes_per_s", "spec_of")}


def _rows(words: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _model({**words, "gpu": _MODEL_GPU})["rows"]
    return rows


def _model(words: Mapping[str, Any]) -> Any:
    text = json.dumps(_request.fields_of("model", words), ensure_ascii=False)
    return json.loads(_core.run(text, None)[0])
