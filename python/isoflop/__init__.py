"""Fit neural scaling laws to training runs, and plan compute-optimal training from them.

The functions are the verbs of the command line ``isoflop``, over the same core::

    import isoflop

    fit = isoflop.fit(runs, law="chinchilla", n="params", d="tokens", loss="final_loss")
    fit.plan(flops=[1e21, 1e22])
"""

from __future__ import annotations

from ._core import version as __version__
from ._law import Fit, Formula, Law, Prediction, formula, law, read, save
from ._readers import Runs, read_runs
from ._results import (
    Backtest,
    Consensus,
    Envelope,
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

__all__ = [
    "Backtest",
    "Cancelled",
    "Consensus",
    "DataError",
    "Envelope",
    "Error",
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
    "consensus",
    "envelope",
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
