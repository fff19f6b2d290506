"""What a layer of experts costs in the stack that a team trains with.

`measure` checks, times and records a layer in PyTorch; plans count hours by its table::

    shapes = isoflop.bench.shapes(
        tokens=16384, d_model=2048, d_ff=8192, expansion=64, granularity=[1, 2, 4, 8, 16, 32]
    )
    table = isoflop.bench.measure("torch", shapes)
    isoflop.law("krajewski2024-e64").plan(gpu_hours=1e4, cost_table=table)
"""

from __future__ import annotations

from .adapters import ADAPTERS
from .layer import Layer, MakeLayer, Weights
from .measure import measure
from .shape import LayerShape, shapes

__all__ = ["ADAPTERS", "Layer", "LayerShape", "MakeLayer", "Weights", "measure", "shapes"]
