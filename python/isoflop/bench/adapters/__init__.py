"""Layers that are ready to be measured: one file and one line each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..layer import MakeLayer
from .liger_moe import make_layer as liger_moe
from .torch_grouped import make_layer as torch_grouped
from .transformers_block import make_layer as transformers_block

ADAPTERS: Mapping[str, MakeLayer] = MappingProxyType(
    {
        "liger": liger_moe,
        "torch": torch_grouped,
        "transformers": transformers_block,
    }
)
