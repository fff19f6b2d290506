"""Whether a layer is right, before it is timed.

reference: the layer in float64 on the same weights, with the same experts for every token. Tokens
whose K-th and next logit are closer than their rounding to bf16 may rightly go elsewhere: they pass
through the layer, but are neither compared nor given a gradient. At most 128 of the others are
compared: their outputs and dX, and the gradients of all weights, to which only they contribute.

self: the layer with its tokens in another order, which has to give the same in that order. A wrong
layer may pass; one that drops tokens or forgets to reset something does not.

error = |actual - expected| / |expected|, Frobenius norms; tolerance = 1.5 x 1.66e-3 sqrt(s): as in
the benchmark in C++ (cuda/checks/comparison.hpp), s counting the roundings to bf16 of a layer that
rounds whatever an operation of PyTorch returns, sums over the K rows of a token among them. The
rounding of a logit l moves the logarithm of its probability by l roundings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .layer import Layer, Tensor, Weights
from .shape import LayerShape

_MOST_TOKENS = 128
_ERROR_PER_STORE, _MARGIN = 1.66e-3, 1.5
_CHUNK = 4096  # tokens whose float64 logits are held at once


class Item(NamedTuple):
    """One comparison; it holds if error <= tolerance."""

    what: str
    error: float
    tolerance: float


class Checked(NamedTuple):
    """What stands behind the times of a layer.

    Attributes
    ----------
    kind : {"reference", "self", "none"}
    items : tuple of Item
    rows_per_expert : list of int or None
        After routing; None where the layer does not show its weights.
    out, dx : Tensor
        What the layer gave for the inputs that are timed.
    """

    kind: str
    items: tuple[Item, ...]
    rows_per_expert: list[int] | None
    out: Tensor
    dx: Tensor

    @property
    def closest(self) -> Item | None:
        """The comparison that came closest to its tolerance."""
        return max(self.items, key=lambda item: item.error / item.tolerance, default=None)

    @property
    def faults(self) -> list[Item]:
        return [item for item in self.items if not item.error <= item.tolerance]


class Inputs(NamedTuple):
    """What a layer is given: x and the gradient of the loss by its output, (tokens, d_model)."""

    x: Tensor
    d_out: Tensor


def check(layer: Layer, shape: LayerShape, inputs: Inputs, kind: str) -> Checked:
    """Runs the layer once, and compares as `kind` says: "auto" is the strongest that it allows."""
    shows_weights = hasattr(layer, "weights")
    if kind == "auto":
        kind = "reference" if shows_weights else "self"
    if kind == "reference" and not shows_weights:
        from ..errors import InvalidArgument

        raise InvalidArgument(
            "check=: the layer has no weights(of) to compute a reference from", "check"
        )
    out, (dx, *_) = passes(layer, inputs)
    routing = _Routing.of(_values(layer), shape, inputs.x) if shows_weights else None
    items: tuple[Item, ...] = ()
    if kind == "reference" and routing is not None:
        items = _against_reference(layer, shape, inputs, routing)
    elif kind == "self":
        items = _against_itself(layer, shape, inputs)
    return Checked(kind, items, routing.rows_per_expert if routing else None, out, dx)


def passes(layer: Layer, inputs: Inputs) -> tuple[Tensor, Sequence[Tensor]]:
    """The output, and the gradients of x and of every parameter."""
    import torch

    x = inputs.x.detach().requires_grad_()
    out = layer(x)
    gradients = torch.autograd.grad(out, [x, *layer.parameters()], inputs.d_out)
    return out.detach(), gradients


def tolerance_after(stores: float) -> float:
    """The largest relative error after so many roundings to bf16."""
    return _MARGIN * _ERROR_PER_STORE * math.sqrt(stores)


def tolerances(shape: LayerShape, square_logit: float) -> dict[str, float]:
    """By tensor. square_logit: mean square of the logits of chosen experts."""
    of_h = 2 if shape.activation == "swiglu" else 1
    a = of_h + 1
    weight = square_logit + (2 if shape.renormalize else 1)
    out = a + 1 + weight + 1 + shape.top_k
    dh = weight + 2 + (0 if shape.activation == "relu" else of_h) + 1
    d_logits = a + 2 + weight + 3  # its product with dY and their sum are rounded too
    stores = {
        "out": out,
        "dX": dh + shape.top_k + 2,
        "dW1": dh + 1,
        "dW2": weight + 1 + a + 1,
        "dW_router": d_logits + 1,
    }
    return {what: tolerance_after(count) for what, count in stores.items()}


class _Distance:
    """A relative error, summed up part by part."""

    def __init__(self) -> None:
        self._difference = self._size = 0.0

    def add(self, expected: Tensor, actual: Tensor) -> None:
        self._difference += float((actual.double() - expected.double()).square().sum())
        self._size += float(expected.double().square().sum())

    @property
    def error(self) -> float:
        if self._difference == 0.0:
            return 0.0
        error = math.sqrt(self._difference / self._size) if self._size > 0 else math.inf
        return error if math.isfinite(error) else math.inf


class _Routing(NamedTuple):
    ids: Tensor  # [T, K]
    clear: Tensor  # [T], whether rounding cannot change the choice
    rows_per_expert: list[int]
    square_logit: float

    @staticmethod
    def of(weights: Weights, shape: LayerShape, x: Tensor) -> _Routing:
        """The experts of every token, by float64 logits."""
        import torch

        ids, clear, squares = [], [], 0.0
        router = weights.router.double()
        for part in x.detach().split(_CHUNK):
            best = (part.double() @ router.T).topk(min(shape.top_k + 1, shape.num_experts), dim=-1)
            ids.append(best.indices[:, : shape.top_k])
            squares += float(best.values[:, : shape.top_k].square().sum())
            if shape.top_k == shape.num_experts:
                clear.append(torch.ones_like(ids[-1][:, 0], dtype=torch.bool))
                continue
            last, following = best.values[:, -2], best.values[:, -1]
            size = torch.maximum(last.abs(), following.abs())
            clear.append(last - following > 2.0**-7 * size)
        chosen = torch.cat(ids)
        counts = torch.bincount(chosen.flatten(), minlength=shape.num_experts)
        return _Routing(chosen, torch.cat(clear), counts.tolist(), squares / chosen.numel())


def _values(layer: Any) -> Weights:
    weights: Weights = layer.weights(lambda parameter: parameter.detach())
    return weights


def _gradients(layer: Any, gradients: Sequence[Tensor]) -> Weights:
    of = {id(p): g for p, g in zip(layer.parameters(), gradients, strict=True)}
    weights: Weights = layer.weights(lambda parameter: of[id(parameter)])
    return weights


def _against_reference(
    layer: Layer, shape: LayerShape, inputs: Inputs, routing: _Routing
) -> tuple[Item, ...]:
    import torch

    from ..errors import Error

    tokens = routing.clear.nonzero().flatten()
    if len(tokens) == 0:
        raise Error(f"{shape}: no token's choice of experts is clear: there is nothing to check")
    if len(tokens) > _MOST_TOKENS:
        generator = torch.Generator().manual_seed(1)
        order = torch.randperm(len(tokens), generator=generator)[:_MOST_TOKENS]
        tokens = tokens[order.to(tokens.device)]
    d_out = torch.zeros_like(inputs.d_out)
    d_out[tokens] = inputs.d_out[tokens]
    out, (dx, *d_parameters) = passes(layer, Inputs(inputs.x, d_out))

    found: dict[str, _Distance] = {}

    def compare(what: str, expected: Tensor, actual: Tensor) -> None:
        found.setdefault(what, _Distance()).add(expected, actual)

    _compare_layer(
        _values(layer),
        _gradients(layer, d_parameters),
        shape,
        Inputs(inputs.x[tokens], d_out[tokens]),
        routing.ids[tokens],
        Inputs(out[tokens], dx[tokens]),
        compare,
    )
    limits = tolerances(shape, routing.square_logit)
    if shape.top_k == 1 and shape.renormalize:
        del found["dW_router"]  # p / p = 1: there is none
    return tuple(Item(what, each.error, limits[what]) for what, each in found.items())


def _compare_layer(
    weights: Weights,
    d_weights: Weights,
    shape: LayerShape,
    inputs: Inputs,
    ids: Tensor,
    actual: Inputs,
    compare: Callable[[str, Tensor, Tensor], None],
) -> None:
    """Both passes in float64, one expert after the other; actual: out and dX."""
    import torch

    x = inputs.x.detach().double().requires_grad_()
    d_out = inputs.d_out.double()
    router = weights.router.double().requires_grad_()
    probabilities = torch.softmax(x @ router.T, dim=-1)
    chosen = probabilities.gather(1, ids)
    if shape.renormalize:
        chosen = chosen / chosen.sum(-1, keepdim=True)
    out, dx = torch.zeros_like(d_out), torch.zeros_like(d_out)
    d_chosen = torch.zeros_like(chosen)
    for expert in range(shape.num_experts):
        token, place = (ids == expert).nonzero(as_tuple=True)
        rows = x.detach()[token].requires_grad_()
        up = weights.up[expert].double().requires_grad_()
        down = weights.down[expert].double().requires_grad_()
        y = _activated(rows @ up.T, shape.activation) @ down.T
        weight = chosen.detach()[token, place].unsqueeze(-1)
        d_rows, d_up, d_down = torch.autograd.grad(y, [rows, up, down], weight * d_out[token])
        out.index_add_(0, token, weight * y.detach())
        dx.index_add_(0, token, d_rows)
        d_chosen[token, place] = (d_out[token] * y.detach()).sum(-1)
        compare("dW1", d_up, d_weights.up[expert])
        compare("dW2", d_down, d_weights.down[expert])
    dx_router, d_router = torch.autograd.grad(chosen, [x, router], d_chosen)
    compare("out", out, actual.x)
    compare("dX", dx + dx_router, actual.d_out)
    compare("dW_router", d_router, d_weights.router)


def _activated(hidden: Tensor, activation: str) -> Tensor:
    import torch

    if activation == "swiglu":
        gate, up = hidden.chunk(2, dim=-1)
        return gate * torch.sigmoid(gate) * up
    if activation == "gelu":
        return 0.5 * hidden * torch.erfc(-hidden / math.sqrt(2.0))
    return hidden.clamp(min=0.0)


def _against_itself(layer: Layer, shape: LayerShape, inputs: Inputs) -> tuple[Item, ...]:
    import torch

    generator = torch.Generator().manual_seed(1)
    order = torch.randperm(shape.tokens, generator=generator).to(inputs.x.device)
    out, (dx, *d_parameters) = passes(layer, inputs)
    moved, (moved_dx, *moved_d) = passes(layer, Inputs(inputs.x[order], inputs.d_out[order]))
    limits = tolerances(shape, square_logit=4.0)
    found = {what: _Distance() for what in ("out", "dX", "dW")}
    found["out"].add(out[order], moved)
    found["dX"].add(dx[order], moved_dx)
    for expected, actual in zip(d_parameters, moved_d, strict=True):
        found["dW"].add(expected, actual)
    if not (out.isfinite().all() and float(out.abs().max()) > 0):
        found["out"].add(torch.zeros(1), torch.ones(1))  # nothing, or not a number
    limits["dW"] = max(limits["dW1"], limits["dW2"], limits["dW_router"])
    return tuple(Item(what, each.error, limits[what]) for what, each in found.items())
