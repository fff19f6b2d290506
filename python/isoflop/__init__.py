"""Fit neural scaling laws to training runs, and plan compute-optimal training from them.

The functions are the verbs of the command line ``isoflop``, over the same core::

    import isoflop

    fit = isoflop.fit(runs, law="chinchilla", n="params", d="tokens", loss="final_loss")
    fit.plan(flops=[1e21, 1e22])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._core import version as __version__
from ._law import Fit, Formula, Law, Prediction, formula, law, read, save
from ._results import (
    Backtest,
    Consensus,
    CostTable,
    Envelope,
    Figure,
    Frontier,
    Granularity,
    Laws,
    NextRuns,
    Plan,
    Predicted,
    Profiles,
    Reproduction,
    Result,
    Row,
    Sensitivity,
    Shape,
    Sweep,
)
from ._verbs import (
    Rerun,
    backtest,
    consensus,
    envelope,
    figure,
    fit,
    frontier,
    granularity,
    laws,
    next_runs,
    plan,
    predict,
    profiles,
    reproduce,
    rerun,
    run,
    sensitivity,
    shape,
    sweep,
)
from .errors import Cancelled, DataError, Error, InvalidArgument, Notice

if TYPE_CHECKING:
    from . import bench as bench
    from ._readers import Runs, read_runs

__all__ = [
    "Backtest",
    "Cancelled",
    "Consensus",
    "CostTable",
    "DataError",
    "Envelope",
    "Error",
    "Figure",
    "Fit",
    "Formula",
    "Frontier",
    "Granularity",
    "InvalidArgument",
    "Law",
    "Laws",
    "NextRuns",
    "Notice",
    "Plan",
    "Predicted",
    "Prediction",
    "Profiles",
    "Reproduction",
    "Rerun",
    "Result",
    "Row",
    "Runs",
    "Sensitivity",
    "Shape",
    "Sweep",
    "__version__",
    "backtest",
    "bench",
    "consensus",
    "envelope",
    "figure",
    "fit",
    "formula",
    "frontier",
    "granularity",
    "law",
    "laws",
    "next_runs",
    "plan",
    "predict",
    "profiles",
    "read",
    "read_runs",
    "reproduce",
    "rerun",
    "run",
    "save",
    "sensitivity",
    "shape",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """What few calls need is imported where it is asked for: it is half of an import's time."""
    from importlib import import_module

    if name == "bench":
        return import_module(".bench", __name__)
    if name in ("Runs", "read_runs"):
        return getattr(import_module("._readers", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
