"""PyTorch's grouped matrix product, around it what a layer needs: rows are sorted by their expert.

Where this version or this device has no such product, a loop over experts stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable

from ..layer import Tensor, Weights
from ..shape import LayerShape


class GroupedLayer:
    """Router, softmax, top-k, sort by expert, up, activation, down, weighted sum."""

    def __init__(self, shape: LayerShape) -> None:
        import torch

        self._shape = shape

        def weight(*size: int) -> Tensor:
            values = 0.02 * torch.randn(*size, device=shape.device)
            return values.to(shape.dtype).requires_grad_()

        self.router = weight(shape.num_experts, shape.d_model)
        self.up = weight(shape.num_experts, shape.up_width, shape.d_model)
        self.down = weight(shape.num_experts, shape.d_model, shape.expert_width)
        self._product = _product(shape)

    def parameters(self) -> list[Tensor]:
        return [self.router, self.up, self.down]

    def weights(self, of: Callable[[Tensor], Tensor]) -> Weights:
        return Weights(of(self.router), of(self.up), of(self.down))

    def __call__(self, x: Tensor) -> Tensor:
        import torch

        shape = self._shape
        probabilities = torch.softmax((x @ self.router.T).float(), dim=-1)
        weights, ids = probabilities.topk(shape.top_k, dim=-1)
        if shape.renormalize:
            weights = weights / weights.sum(-1, keepdim=True)
        experts, slots = ids.flatten().sort(stable=True)
        each = torch.arange(shape.num_experts, device=x.device)
        ends = torch.searchsorted(experts, each, right=True).to(torch.int32)
        tokens = slots // shape.top_k
        hidden = self._product(x[tokens], self.up.transpose(1, 2), ends)
        rows = self._product(_activated(hidden, shape.activation), self.down.transpose(1, 2), ends)
        rows = rows * weights.flatten()[slots].to(rows.dtype).unsqueeze(-1)
        return torch.zeros_like(x).index_add_(0, tokens, rows)


def make_layer(shape: LayerShape) -> GroupedLayer:
    """The adapter "torch"."""
    return GroupedLayer(shape)


def _activated(hidden: Tensor, activation: str) -> Tensor:
    import torch.nn.functional as F

    if activation == "swiglu":
        gate, up = hidden.chunk(2, dim=-1)
        return F.silu(gate) * up
    return F.gelu(hidden) if activation == "gelu" else F.relu(hidden)


def _product(shape: LayerShape) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """(rows [R, a], weights [E', a, b], ends [E']) -> [R, b]; tried once, down to the gradients."""
    import torch
    import torch.nn.functional as F

    grouped: Callable[..., Tensor] | None
    grouped = getattr(F, "grouped_mm", None) or getattr(torch, "_grouped_mm", None)
    if grouped is None:
        return _looped

    def product(rows: Tensor, weights: Tensor, ends: Tensor) -> Tensor:
        return grouped(rows, weights, offs=ends)

    made = {"device": shape.device, "dtype": shape.dtype}
    rows = torch.ones(16, 16, **made, requires_grad=True)
    weights = torch.ones(1, 16, 16, **made, requires_grad=True)
    ends = torch.tensor([16], device=shape.device, dtype=torch.int32)
    try:
        out = product(rows, weights.transpose(1, 2), ends)
        torch.autograd.grad(out, [rows, weights], torch.ones_like(out))
    except (RuntimeError, NotImplementedError):
        return _looped
    return product


def _looped(rows: Tensor, weights: Tensor, ends: Tensor) -> Tensor:
    import torch

    begins = [0, *ends.tolist()]
    parts = [rows[i:j] @ w for i, j, w in zip(begins[:-1], begins[1:], weights, strict=True)]
    return torch.cat(parts)
