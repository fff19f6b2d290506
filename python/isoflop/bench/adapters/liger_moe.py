"""The fused experts of Liger-Kernel (Triton), behind a router of PyTorch's.

Its gather and SwiGLU are within its products, and its backward needs no Y, as with the backend
``wgmma`` of isoflop-bench. It needs a GPU; each product is tuned at its first call, for a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import InvalidArgument
from ..layer import Tensor, Weights
from ..shape import LayerShape


class LigerLayer:
    """Router, softmax and top-k in PyTorch; the rest is one function of liger-kernel 0.8."""

    def __init__(self, shape: LayerShape) -> None:
        if shape.activation != "swiglu":
            raise InvalidArgument(
                f"activation=: the experts of Liger are swiglu, not {shape.activation}",
                "activation",
            )
        import torch
        from liger_kernel.ops.fused_moe import LigerFusedMoEFunction

        self._shape = shape
        self._experts: Any = LigerFusedMoEFunction.apply

        def weight(*size: int) -> Tensor:
            values = 0.02 * torch.randn(*size, device=shape.device)
            return values.to(shape.dtype).requires_grad_()

        self.router = weight(shape.num_experts, shape.d_model)
        self.up = weight(shape.num_experts, shape.up_width, shape.d_model)
        self.down = weight(shape.num_experts, shape.d_model, shape.expert_width)

    def parameters(self) -> list[Tensor]:
        return [self.router, self.up, self.down]

    def weights(self, of: Callable[[Tensor], Tensor]) -> Weights:
        return Weights(of(self.router), of(self.up), of(self.down))

    def __call__(self, x: Tensor) -> Tensor:
        import torch

        probabilities = torch.softmax((x @ self.router.T).float(), dim=-1)
        weights, ids = probabilities.topk(self._shape.top_k, dim=-1)
        if self._shape.renormalize:
            weights = weights / weights.sum(-1, keepdim=True)
        return self._experts(x, self.up, self.down, ids.int(), weights)


def make_layer(shape: LayerShape) -> LigerLayer:
    """The adapter "liger"."""
    return LigerLayer(shape)
