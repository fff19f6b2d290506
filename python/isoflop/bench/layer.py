"""What a layer has to be for `measure`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from .shape import LayerShape

Tensor = Any  # torch.Tensor: the package is typed without torch


class Weights(NamedTuple):
    """The weights of a layer in the order of the reference.

    Attributes
    ----------
    router : Tensor, shape (num_experts, d_model)
    up : Tensor, shape (num_experts, u * expert_width, d_model)
        u = 2 for SwiGLU, the rows of the gate first; else 1.
    down : Tensor, shape (num_experts, d_model, expert_width)
    """

    router: Tensor
    up: Tensor
    down: Tensor


class Layer(Protocol):
    """A layer of experts: a ``torch.nn.Module``, or anything with these two.

    A layer with a method ``weights(of)`` is checked against the float64 reference. It returns
    `Weights`, made of ``of(parameter)`` for the parameters of the layer: ``of`` gives their values
    at one time, their gradients at another, so that whatever rearranges them (``stack``,
    ``transpose``, a slice) serves for both::

        def weights(self, of):
            return Weights(of(self.gate.weight), of(self.w1).transpose(1, 2), of(self.w2))
    """

    def __call__(self, x: Tensor, /) -> Tensor:
        """x of shape (tokens, d_model) to the same shape; softmax over all experts, the top_k best.

        The weights of a token's experts are scaled to sum to 1 where the shape says `renormalize`.
        """

    def parameters(self) -> Iterable[Tensor]:
        """The weights that are trained; the backward pass goes to x and to these."""


MakeLayer = Callable[[LayerShape], Layer]
