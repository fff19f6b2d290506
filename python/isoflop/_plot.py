"""Figures of results by matplotlib: each method draws into the axes it is given, or new ones.

The interval of a curve is the darker band and that of a new run the lighter one; lines differ by
their dashes too, and colours are those of viridis, whose lightness rises: all hold in grey.
"""

from __future__ import annotations

import json
from itertools import cycle
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ._law import Fit
    from ._results import Frontier

    Array = NDArray[np.float64]

_NAMES = {
    "n": "parameters N",
    "d": "training tokens D",
    "g": "granularity G",
    "e": "expansion E",
    "u": "unique tokens U",
    "s": "sparsity S",
    "a": "activation ratio A",
    "c": "training compute C, FLOPs",
    "loss": "loss",
}
_CURVE, _NEW_RUN, _POINTS = "0.55", "0.85", 200


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6.4, 4.4), layout="constrained")[1]


def _human(value: float, _: object = None) -> str:
    """1B, 300M: as the reports write them."""
    for unit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if 1 <= value / unit < 1000:
            return f"{value / unit:.3g}{letter}"
    return f"{value:.3g}".replace("e+", "e")


def _log_axis(axis: Any, low: float, high: float) -> None:
    """Ticks at 1, 2 and 5, or at powers of ten where those would crowd."""
    import math

    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    decades = math.log10(high / low) if low > 0 and high > low else 1.0
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2.5 else (1.0,)))
    axis.set_major_formatter(FuncFormatter(_human))
    axis.set_minor_formatter(NullFormatter())


class FitPlots:
    """Figures of a fit: ``fit.plot.loss()``."""

    def __init__(self, fit: Fit, runs: str | None) -> None:
        self._fit = fit
        self._text = runs

    @property
    def _runs(self) -> dict[str, Array]:
        import numpy

        if self._text is None:
            raise InvalidArgument(
                "this fit was read from a file, which does not hold its runs: fit again to draw"
            )
        return {key: numpy.array(column) for key, column in json.loads(self._text).items()}

    def loss(
        self,
        x: str = "n",
        by: str | None = None,
        *,
        curves: int = 4,
        ax: Axes | None = None,
    ) -> Axes:
        """The runs, and the law through them with both intervals.

        Parameters
        ----------
        x : str
            The variable along the axis.
        by : str, optional
            The variable that tells curves apart; the first other one of the law.
        curves : int
            How many of its values have a curve, evenly spread over the runs'. Further variables
            are held at their median.
        ax : matplotlib Axes, optional
        """
        import numpy
        from matplotlib import colormaps
        from matplotlib.colors import LogNorm

        fit, runs = self._fit, self._runs
        keys = fit.variables
        if x not in keys:
            raise InvalidArgument(f"x=: {x} is no variable of the law: {', '.join(keys)}", "x")
        by = by or next((key for key in keys if key != x), None)
        ax = _axes(ax)
        low, high = float(runs[x].min()), float(runs[x].max())
        along = numpy.geomspace(low / 1.3, high * 1.3, _POINTS)
        held = {key: float(numpy.median(runs[key])) for key in keys if key != x}
        found = numpy.unique(runs[by]) if by else numpy.array([1.0])
        norm = LogNorm(float(found[0]), float(found[-1]) * (1.0 + 1e-9))
        picks = numpy.linspace(0, len(found) - 1, min(curves, len(found))).round().astype(int)
        shade = colormaps["viridis"].resampled(256)
        for style, value in zip(cycle(("-", "--", "-.", ":")), found[picks].tolist(), strict=False):
            at: dict[str, Any] = {**held, x: along, **({by: value} if by else {})}
            said = fit.predict(accept_unconverged=True, **at)
            for ends, grey in ((said.new_run, _NEW_RUN), (said.interval, _CURVE)):
                if ends is not None:
                    ax.fill_between(along, ends[:, 0], ends[:, 1], color=grey, alpha=0.5, lw=0)
            label = f"{by.upper()} = {_human(value)}" if by else None
            ax.plot(along, said.mean, style, color=shade(0.85 * norm(value)), lw=1.6, label=label)
        colours = shade(0.85 * numpy.asarray(norm(runs[by]))) if by else "0.35"
        ax.scatter(runs[x], runs["loss"], c=colours, s=22, edgecolors="black", lw=0.5, zorder=3)
        ax.set_xscale("log")
        _log_axis(ax.xaxis, along[0], along[-1])
        ax.set_xlabel(_NAMES[x])
        ax.set_ylabel("loss")
        fixed = {key: value for key, value in held.items() if key != by}
        if fixed:
            words = ", ".join(f"{key.upper()} = {_human(value)}" for key, value in fixed.items())
            ax.set_title(f"curves at {words}", fontsize="medium")
        if by:
            ax.legend(frameon=False)
        return ax

    def residuals(self, *, ax: Axes | None = None) -> Axes:
        """How far each run lies from the law, in per cent, over what the law gives."""
        import numpy

        runs = self._runs
        ax = _axes(ax)
        errors = 100.0 * numpy.log(runs["loss"] / runs["predicted"])
        ax.axhline(0.0, color="black", lw=1)
        ax.scatter(runs["predicted"], errors, s=22, color="0.35", edgecolors="black", lw=0.5)
        spread = 100.0 * float(self._fit.rmse_log)
        for sign in (-1, 1):
            ax.axhline(sign * spread, color="black", lw=0.8, ls="--")
        ax.annotate(
            "rms", (1.0, spread), xycoords=("axes fraction", "data"), xytext=(3, 0),
            textcoords="offset points", va="center", fontsize="small",
        )  # fmt: skip
        ax.set_xlabel("loss by the law")
        ax.set_ylabel("ln (loss / loss by the law), %")
        return ax

    def coefficients(self, *, figure: Figure | None = None) -> Figure:
        """Pair plot of the refits to resampled runs: which coefficients trade off."""
        import matplotlib.pyplot as plt
        import numpy

        draws = self._fit.draws
        if draws is None:
            raise InvalidArgument("this fit has no draws; bootstrap= makes them")
        names = list(self._fit.coefficients)
        size = len(names)
        if figure is None:
            figure = plt.figure(figsize=(1.45 * size, 1.45 * size), layout="constrained")
        grid = figure.subplots(size, size, squeeze=False)
        # A coefficient that spans decades is drawn by its logarithm.
        spans = [
            draws[:, i].min() > 0 and draws[:, i].max() > 30 * draws[:, i].min()
            for i in range(size)
        ]
        shown = numpy.where(spans, numpy.log10(numpy.where(spans, draws, 1.0)), draws)
        best = numpy.array([self._fit.coefficients[name] for name in names])
        best = numpy.where(spans, numpy.log10(numpy.where(spans, best, 1.0)), best)
        names = [f"log10 {n}" if wide else n for n, wide in zip(names, spans, strict=True)]
        for i in range(size):
            for j in range(size):
                ax = grid[i][j]
                ax.tick_params(labelsize=6)
                ax.locator_params(nbins=3)
                if j > i:
                    ax.set_visible(False)
                elif i == j:
                    ax.hist(shown[:, i], bins=30, color="0.6")
                    ax.axvline(best[i], color="black", lw=1)
                    ax.set_yticks([])
                else:
                    ax.scatter(shown[:, j], shown[:, i], s=2, color="0.35", lw=0)
                    ax.plot(best[j], best[i], "+", color="black", ms=9, mew=1.5)
                ax.set_xlabel(names[j]) if i == size - 1 else ax.set_xticklabels([])
                if j == 0 and i > 0:
                    ax.set_ylabel(names[i])
                elif j > 0:
                    ax.set_yticklabels([])
        return figure

    def frontier(
        self, from_: float, to: float, *, points: int = 25, ax: Axes | None = None, **options: Any
    ) -> Axes:
        """Compute-optimal parameters and tokens over budgets; `Frontier.plot` of this law's."""
        answer = self._fit.frontier(from_=from_, to=to, points=points, **options)
        return FrontierPlots(answer)(ax=ax)


class FrontierPlots:
    """Figures of a frontier: ``frontier.plot()``."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier

    def __call__(self, *, ax: Axes | None = None) -> Axes:
        """Active parameters and tokens over the budget, with their 95 % intervals."""
        import numpy

        ax = _axes(ax)
        rows = [row for row in self._frontier.to_dict()["plans"] if row["n_active"] is not None]
        budget = [row["budget_flops"] for row in rows]
        lows, highs = [], []
        for key, name, style in (
            ("d_tokens", "training tokens", "-"),
            ("n_active", "active parameters", "--"),
        ):
            mean = numpy.array([row[key] for row in rows], dtype=float)
            ends = [(row.get("interval") or {}).get(key) or (None, None) for row in rows]
            band = numpy.array(ends, dtype=float)
            if not numpy.isnan(band).all():
                ax.fill_between(budget, band[:, 0], band[:, 1], color=_CURVE, alpha=0.4, lw=0)
                lows.append(numpy.nanmin(band))
                highs.append(numpy.nanmax(band))
            ax.plot(budget, mean, style, color="black", lw=1.6, label=name)
            lows.append(mean.min())
            highs.append(mean.max())
        ax.set_xscale("log")
        ax.set_yscale("log")
        _log_axis(ax.xaxis, min(budget), max(budget))
        _log_axis(ax.yaxis, float(min(lows)), float(max(highs)))
        inside = [row["budget_flops"] for row in rows if not row["extrapolates"]]
        if inside:
            for end in {inside[0], inside[-1]} - {budget[0], budget[-1]}:
                ax.axvline(end, color="black", lw=0.8, ls=":")
            ax.annotate(
                "range of the runs",
                (inside[0], 0.02),
                xycoords=("data", "axes fraction"),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize="small",
            )
        ax.set_xlabel("training FLOPs")
        ax.legend(frameon=False)
        return ax
