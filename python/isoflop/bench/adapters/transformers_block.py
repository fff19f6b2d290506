"""The block of experts of Hugging Face transformers (Qwen3-MoE), with its grouped product.

It is written in PyTorch alone, so that it runs without a GPU too, which layers in CUDA or Triton do
not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...errors import InvalidArgument
from ..layer import Tensor, Weights
from ..shape import LayerShape


class Block:
    """One ``Qwen3MoeSparseMoeBlock``, a batch of one sequence."""

    def __init__(self, shape: LayerShape) -> None:
        if shape.activation != "swiglu":
            raise InvalidArgument(
                f"activation=: the experts of transformers are swiglu, not {shape.activation}",
                "activation",
            )
        import torch
        from transformers import Qwen3MoeConfig
        from transformers.models.qwen3_moe.modeling_qwen3_moe import Qwen3MoeSparseMoeBlock

        config = Qwen3MoeConfig(
            hidden_size=shape.d_model,
            moe_intermediate_size=shape.expert_width,
            num_experts=shape.num_experts,
            num_experts_per_tok=shape.top_k,
            norm_topk_prob=shape.renormalize,
            hidden_act="silu",
            experts_implementation="grouped_mm",
        )
        with torch.device(shape.device):
            self._block: Any = Qwen3MoeSparseMoeBlock(config).to(shape.dtype)
        with torch.no_grad():
            for parameter in self._block.parameters():  # a model would do this
                parameter.normal_(std=config.initializer_range)

    def parameters(self) -> Iterable[Tensor]:
        return list(self._block.parameters())

    def weights(self, of: Callable[[Tensor], Tensor]) -> Weights:
        experts = self._block.experts
        return Weights(of(self._block.gate.weight), of(experts.gate_up_proj), of(experts.down_proj))

    def __call__(self, x: Tensor) -> Tensor:
        return self._block(x.unsqueeze(0)).squeeze(0)


def make_layer(shape: LayerShape) -> Block:
    """The adapter "transformers"."""
    return Block(shape)
