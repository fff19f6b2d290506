"""Draws isoflop.figure/1 by matplotlib: what it shows is the figure's, how it looks is here.

Every picture goes through `draw`; colours, dashes and shapes follow from the roles of its series as
in the SVG of the same figure, so that it holds in grey and for the colour-blind.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colors, rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    Locator,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)
from numpy.typing import NDArray

from .errors import InvalidArgument

Array = NDArray[np.float64]
Data = Mapping[str, Any]
Dashes = tuple[int, tuple[float, ...]]


class Look(NamedTuple):
    """How a role looks: colour on white and on black, dashes in widths of the line, marker."""

    on_white: str
    on_black: str
    dashes: Dashes | str = "-"
    marker: str = "o"


_DASHED: Dashes = (0, (4.0, 1.8))
_DOTTED: Dashes = (0, (1.2, 1.5))
_DASH_DOT: Dashes = (0, (5.0, 1.8, 1.2, 1.8))
_SHORT: Dashes = (0, (2.3, 1.2))
LOOKS = {
    "data": Look("#33383e", "#dfe4e9"),
    "other_data": Look("#8c959f", "#8c959f"),
    "law": Look("#0b4f8a", "#6cb2f0"),
    "optimum": Look("#c8500a", "#ff9a4d"),
    "curve_band": Look("#0b4f8a", "#6cb2f0"),
    "new_run_band": Look("#6f9cc4", "#6f9cc4"),
    "target": Look("#c8500a", "#ff9a4d"),
    "vertex": Look("#c8500a", "#ff9a4d", marker="D"),
    "corrected": Look("#0f8a73", "#45c9ac", _DASHED, "^"),
    "draws": Look("#8d9fb3", "#5d7189"),
    "estimate": Look("#0b4f8a", "#6cb2f0", marker="P"),
    "reference": Look("#59636e", "#a3adb8", (0, (2.8, 2.2))),
    "first": Look("#1f2f66", "#a9b8f5"),
    "second": Look("#e08a1e", "#f0a63c", _DASHED, "s"),
    "third": Look("#1f8f7a", "#2fae95", _DOTTED, "^"),
    "fourth": Look("#7fc1e8", "#d3ecfb", _DASH_DOT, "D"),
    "fifth": Look("#93357a", "#c05aa3", _SHORT, "v"),
    "sixth": Look("#6b7078", "#858c95", (0, (0.6, 1.2)), "P"),
}
# Of lines that are told apart by their shade, one after the other.
_LINE_DASHES = ("-", _DASHED, _DOTTED, _DASH_DOT, _SHORT)
# From low to high.
RAMP_ON_WHITE = (
    "#6fb4cd", "#57a2c3", "#438fb8", "#387bab", "#34679b",
    "#355287", "#343d6d", "#2c2a52", "#1d1836",
)  # fmt: skip
RAMP_ON_BLACK = (
    "#3f6aa8", "#4a7cb4", "#578ebd", "#67a0c5", "#7ab2cc",
    "#91c3d2", "#acd4da", "#cae4e5", "#eaf5f3",
)  # fmt: skip
_COVERED, _COVERED_ON_BLACK = "#eef1f4", "#222a33"
_RUNS = "range of the runs"
_HOLLOW = frozenset(("other_data", "corrected"))
_INCH = 72.0  # in points
_MOST_APART = 400
_BAND_ALPHA = {"curve_band": 0.32, "new_run_band": 0.3}


class Picture(Figure):
    """A figure that a notebook shows once: where pyplot will at the end of the cell, not before."""

    def _ipython_display_(self) -> None:
        import sys

        import matplotlib.pyplot as plt
        from IPython.core.getipython import get_ipython

        held = getattr(self, "number", None) in plt.get_fignums()
        inside_a_cell = sys.displayhook is getattr(get_ipython(), "displayhook", None)
        if not (held and inside_a_cell):
            raise NotImplementedError  # shown as any other figure


def human(value: float, _: object = None) -> str:
    """125M, 1B, 3e18: as the reports write numbers."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    mantissa, _, tail = f"{value:.2e}".partition("e")
    power = int(tail)
    if 3 <= power < 15:
        return f"{float(mantissa) * 10 ** (power % 3):.3g}{'KMBT'[power // 3 - 1]}"
    if power >= 15 or power < -4:
        return f"{float(mantissa):g}e{power}"
    return f"{float(f'{value:.2e}'):.3g}"


def _points(size: float | str) -> float:
    return float(FontProperties(size=size).get_size_in_points())


class _Ticks(Locator):
    """The densest of 1, 2 and 5 or 1 and 3 of each decade, decades and round numbers that fits.

    `given` are the figure's own: of these every one, every second one, …
    """

    def __init__(self, given: Sequence[Data] | None = None) -> None:
        self.given = given

    def __call__(self) -> Sequence[float]:
        low, high = sorted(self._of.get_view_interval())
        return self.tick_values(low, high)

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        if self.given is not None:
            given = [tick["at"] for tick in self.given if vmin <= tick["at"] <= vmax]
            steps = (given[::step] for step in range(1, len(given) + 1))
            return next((values for values in steps if self._fit(values)), [])
        best: list[float] = []
        slack = 1e-9 * (vmax - vmin)
        low, high = vmin - slack, vmax + slack
        if self._is_log():
            low, high = vmin * (1 - 1e-9), vmax * (1 + 1e-9)
        for values in self._candidates(vmin, vmax):
            inside = [x for x in values if low <= x <= high]
            if len(inside) > len(best) and self._fit(inside):
                best = inside
                if len(best) > 1:
                    break
        return best

    def _candidates(self, low: float, high: float) -> Iterable[Iterable[float]]:
        if self._is_log() and high >= 8 * low > 0:
            for multiples in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
                yield LogLocator(subs=multiples, numticks=400).tick_values(low, high)
            for most in (12, 9, 7, 5, 4, 3, 2):
                yield LogLocator(subs=(1.0,), numticks=most).tick_values(low, high)
        else:
            for most in (12, 9, 7, 5, 4, 3, 2, 1):
                yield MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)

    def _fit(self, values: Sequence[float]) -> bool:
        """Whether labels at these keep apart on the axis as long as it is now."""
        box = self._of.axes.get_window_extent()
        across = self._of.axis_name == "x"
        length = (box.width if across else box.height) * _INCH / self._of.axes.figure.dpi
        size = _points(self._of.get_tick_params(which="major").get("labelsize", "small"))
        place: Callable[[float], float] = math.log if self._is_log() else float
        low, high = self._of.get_view_interval()
        scale = length / abs(place(high) - place(low))
        labels = [human(x) for x in values] if self.given is None else self._labels(values)
        rooms = [(0.62 * len(label) if across else 1.0) * size for label in labels]
        gap = (1.6 if across else 0.9) * size
        ends = zip(values[:-1], values[1:], rooms[:-1], rooms[1:], strict=True)
        return len(set(labels)) == len(labels) and all(
            scale * (place(b) - place(a)) >= 0.5 * (r + s) + gap for a, b, r, s in ends
        )

    @property
    def _of(self) -> Any:
        return self.axis

    def _is_log(self) -> bool:
        return str(self._of.get_scale()) == "log"

    def _labels(self, values: Sequence[float]) -> list[str]:
        names = {tick["at"]: str(tick["label"]) for tick in self.given or ()}
        return [names[x] for x in values]


def _scale(axes: Axes, which: str, axis: Data) -> None:
    """Scale, range, ticks and name of one axis of the figure."""
    mine = getattr(axes, f"{which}axis")
    getattr(axes, f"set_{which}scale")(axis["scale"])
    low, high = axis["range"]
    getattr(axes, f"set_{which}lim")(low, high)
    ticks = axis.get("ticks")
    mine.set_major_locator(_Ticks(ticks) if ticks or ticks is None else FixedLocator([]))
    names = {tick["at"]: tick["label"] for tick in ticks or ()}
    mine.set_major_formatter(FuncFormatter(lambda x, _: names.get(x) or human(x)))
    mine.set_minor_formatter(NullFormatter())
    if axis["scale"] == "log":
        decades = ticks is None and 8 <= high / low <= 1e8
        mine.set_minor_locator(
            LogLocator(subs=range(2, 10), numticks=400) if decades else FixedLocator([])
        )


def _label(axis: Data) -> str:
    return f"{axis['label']}, {axis['unit']}" if axis["unit"] else str(axis["label"])


def _numbers(values: Iterable[float | None]) -> Array:
    return np.array([math.nan if x is None else x for x in values], dtype=float)


class _Interval(Line2D):
    """What the legend shows of intervals: a line with ends."""


class _Panel:
    """One panel on its axes: draws series, and keeps what the legend shows of them."""

    def __init__(self, axes: Axes, panel: Data, small: bool) -> None:
        self.axes, self.panel, self.small = axes, panel, small
        on = colors.to_rgb(axes.get_facecolor())
        self.dark = 0.3 * on[0] + 0.6 * on[1] + 0.1 * on[2] < 0.5
        self.under = colors.to_hex(on)
        ramp = RAMP_ON_BLACK if self.dark else RAMP_ON_WHITE
        self.ramp = colors.LinearSegmentedColormap.from_list("isoflop", ramp)
        self.line = 0.8 * rcParams["lines.linewidth"]
        self.num_shaded_lines = 0

    def draw(self) -> dict[str, Artist]:
        """What the legend shows, by label."""
        handles: dict[str, Artist] = {}
        self.covered()
        for place, series in enumerate(self.panel["series"]):
            handle = getattr(self, f"draw_{series['kind']}")(series, 2.0 + 0.01 * place)
            if series["label"]:
                handles.setdefault(series["label"], handle)
        if "covered" in self.panel:
            handles[_RUNS] = Patch(color=_COVERED_ON_BLACK if self.dark else _COVERED)
        for which in "xy":
            _scale(self.axes, which, self.panel[which])
        self.axes.set_axisbelow(True)
        self.axes.grid(visible=False)
        if self.small:
            self.axes.tick_params(labelsize="xx-small")
        else:
            self.axes.tick_params(labelsize="small")
            self.axes.grid(axis="y", lw=0.6, alpha=0.6)
        return handles

    def covered(self) -> None:
        """What the runs cover, along one axis or both."""
        covered = self.panel.get("covered", {})
        across = covered.get("x") or self.panel["x"]["range"]
        up = covered.get("y") or self.panel["y"]["range"]
        if covered:
            colour = _COVERED_ON_BLACK if self.dark else _COVERED
            self.axes.fill_between(across, up[0], up[1], color=colour, lw=0, zorder=0.1)

    def look(self, series: Data) -> tuple[str, Dashes | str, str]:
        look = LOOKS[series["role"]]
        return look.on_black if self.dark else look.on_white, look.dashes, look.marker

    def shades(self, series: Data) -> Array | None:
        """RGBA of each mark, or of the whole line; None where the role alone says the colour."""
        if not series.get("shade"):
            return None
        axis = self.panel["shade"]
        norm = (colors.LogNorm if axis["scale"] == "log" else colors.Normalize)(*axis["range"])
        return np.asarray(self.ramp(np.clip(norm(_numbers(series["shade"])), 0, 1)))

    def draw_points(self, series: Data, zorder: float, marker: str = "", size: float = 0) -> Artist:
        colour, _, own_marker = self.look(series)
        marker = marker or own_marker
        shades = self.shades(series)
        x, y = _numbers(series["x"]), _numbers(series["y"])
        crowd = len(x) > _MOST_APART
        size = size or (12.0 if crowd else 60.0 if marker == "P" else 26.0)
        hollow = series["role"] in _HOLLOW and not crowd
        by: Any = colour if shades is None else shades
        middle = colour if shades is None else shades[len(shades) // 2]
        width, face, edge = (0.9, "none", by) if hollow else (0.4, by, self.under)
        if marker == "P":  # on what lies densest
            width = 1.0
        through = 0.35 if crowd else None  # curves are seen through a crowd
        edge = "none" if crowd else edge
        how: dict[str, Any] = {"fc": face, "ec": edge, "alpha": through, "zorder": zorder}
        self.axes.scatter(x, y, size, marker=marker, lw=width, **how)
        face, edge = ("none", middle) if hollow else (middle, self.under)
        side = min(math.sqrt(size), 9.0)
        return Line2D([], [], ls="", marker=marker, ms=side, mfc=face, mec=edge, mew=width)

    def draw_stars(self, series: Data, zorder: float) -> Artist:
        return self.draw_points(series, zorder, "*", 150.0)

    def draw_line(self, series: Data, zorder: float, drawstyle: str = "default") -> Artist:
        colour, dashes, _ = self.look(series)
        shades = self.shades(series)
        if shades is not None:
            dashes = _LINE_DASHES[self.num_shaded_lines % len(_LINE_DASHES)]
            self.num_shaded_lines += 1
        width = self.line * (1.6 if series["role"] == "optimum" else 1.0)
        (line,) = self.axes.plot(
            _numbers(series["x"]), _numbers(series["y"]), ls=dashes, lw=width, zorder=zorder,
            color=colour if shades is None else shades[0], drawstyle=drawstyle,
        )  # fmt: skip
        return line

    def draw_steps(self, series: Data, zorder: float) -> Artist:
        return self.draw_line(series, zorder, "steps-post")

    def draw_band(self, series: Data, zorder: float) -> Artist:
        colour, _, _ = self.look(series)
        alpha = _BAND_ALPHA.get(series["role"], 0.3)
        x, low, high = (_numbers(series[key]) for key in ("x", "low", "high"))
        return self.axes.fill_between(x, low, high, color=colour, alpha=alpha, lw=0, zorder=zorder)

    def draw_interval(self, series: Data, zorder: float) -> Artist:
        colour, _, _ = self.look(series)
        shades = self.shades(series)
        width = self.line * (0.6 if series["role"] == "new_run_band" else 0.9)
        upward = bool(series.get("x"))
        at = _numbers(series["x" if upward else "y"])
        low, high = _numbers(series["low"]), _numbers(series["high"])
        lines = self.axes.vlines if upward else self.axes.hlines
        how: dict[str, Any] = {"color": colour if shades is None else shades, "zorder": zorder}
        lines(at, low, high, lw=width, **how)
        for end in (low, high):
            x, y, cap = (at, end, "_") if upward else (end, at, "|")
            self.axes.scatter(x, y, marker=cap, s=26.0, lw=width, **how)
        return _Interval([], [], color=colour, lw=width, marker="|", ms=6.0, mew=width)

    def draw_rule(self, series: Data, zorder: float) -> Artist:
        colour, dashes, _ = self.look(series)
        how: dict[str, Any] = {"color": colour, "ls": dashes, "lw": 0.7 * self.line}
        for x in series.get("x") or ():
            self.axes.axvline(x, zorder=zorder, **how)
        for y in series.get("y") or ():
            self.axes.axhline(y, zorder=zorder, **how)
        return Line2D([], [], **how)

    def draw_bars(self, series: Data, zorder: float) -> Artist:
        colour, _, _ = self.look(series)
        shades = self.shades(series)
        edges = _numbers(series["x_edges"])
        self.axes.bar(
            edges[:-1], _numbers(series["y"]), np.diff(edges), align="edge", zorder=zorder,
            color=colour if shades is None else shades, edgecolor=self.under, lw=0.4,
        )  # fmt: skip
        return Patch(color=colour)

    def draw_heat(self, series: Data, zorder: float) -> Artist:
        x, y = _numbers(series["x_edges"]), _numbers(series["y_edges"])
        values = _numbers(series["values"]).reshape(len(y) - 1, len(x) - 1)
        most = float(np.nanmax(values))
        self.axes.pcolormesh(
            x, y, np.ma.masked_where(~(values > 0), values), cmap=self.ramp, zorder=zorder,
            # The root, so that cells of few are told from each other too.
            norm=colors.PowerNorm(0.5, 0.0, most), edgecolors="face", lw=0.1,
        )  # fmt: skip
        return Patch(color=self.ramp(0.5))


_LEGEND: dict[str, Any] = {
    "frameon": False, "fontsize": "small", "handlelength": 2.4, "handletextpad": 0.6,
    "columnspacing": 1.2, "labelspacing": 0.3, "borderpad": 0.2, "borderaxespad": 0.3,
    "handler_map": {_Interval: HandlerLine2D(numpoints=2)},
}  # fmt: skip


_Place = tuple[int, int]  # row and column


class _Legend(NamedTuple):
    """Labels of a panel that no earlier one has shown, and how they stand above it."""

    labels: list[str]
    columns: int

    def height(self) -> float:
        """In points."""
        lines = math.ceil(len(self.labels) / self.columns)
        return (1.3 * lines + 0.7) * _points("small") if lines else 0.0


def _columns(labels: Sequence[str], width: float) -> int:
    """The most columns side by side that are not wider than that, in points."""
    widths = [(4.0 + 0.56 * len(label)) * _points("small") for label in labels]
    for count in range(len(labels), 1, -1):
        columns = np.array_split(np.array(widths), count)  # filled as matplotlib fills them
        if sum(float(column.max()) for column in columns) <= width:
            return count
    return 1


def _legends(panels: Iterable[Data], width: float) -> list[_Legend]:
    """One per panel; width in points."""
    shown: set[str] = set()
    out = []
    for panel in panels:
        names = [s["label"] for s in panel["series"]] + [_RUNS if "covered" in panel else None]
        labels = [name for name in dict.fromkeys(names) if name and name not in shown]
        shown.update(labels)
        out.append(_Legend(labels, _columns(labels, width)))
    return out


def _same(other: Data | None, panel: Data, which: str) -> bool:
    """Whether that panel is there and has this axis too."""
    keys = ("label", "scale", "range")
    return other is not None and all(other[which][key] == panel[which][key] for key in keys)


def _head(axes: Axes, panel: Data, handles: Mapping[str, Artist], legend: _Legend) -> None:
    """Title and legend above the axes, where they hide no data."""
    if legend.labels:
        axes.legend(
            [handles[label] for label in legend.labels], legend.labels, ncols=legend.columns,
            loc="lower left", bbox_to_anchor=(0, 1), **_LEGEND,
        )  # fmt: skip
    if panel["title"]:
        pad = rcParams["axes.titlepad"] + legend.height()
        axes.set_title(panel["title"], loc="left", pad=pad, size="medium")


class _Grid:
    """The panels of a figure; neighbours with the same axis share it."""

    def __init__(self, data: Data, panels: Sequence[Data], title: bool) -> None:
        self.data, self.panels, self.title = data, panels, title
        self.places = {(panel["row"], panel["column"]): panel for panel in panels}
        self.rows = 1 + max(row for row, _ in self.places)
        self.columns = 1 + max(column for _, column in self.places)
        # A pair plot: its legend stands where it has no panels.
        self.small = self.columns > 2 and (0, self.columns - 1) not in self.places
        each = 1.5 if self.small else 3.3
        self.width = {1: 6.4, 2: 8.4}.get(self.columns, max(each * self.columns, 6.4))
        room = (self.width / self.columns - 0.9) * _INCH
        self.legends = _legends(panels, room)
        self.top = 1.0

    def own_figure(self) -> Figure:
        """A figure as large as the panels need, with the title and the answer in words."""
        import matplotlib.pyplot as plt

        size, small = _points("medium"), _points("small")
        per_line = self.width * _INCH / 0.6
        heads = textwrap.wrap(self.data["title"], int(per_line / size)) if self.title else []
        words = textwrap.wrap(self.data["description"], int(per_line / small)) if self.title else []
        head = (1.5 * size * len(heads) + 1.35 * small * len(words)) / _INCH + 0.1 * self.title
        panel = {1: 3.9 if self.columns == 1 else 3.3, 2: 2.7}.get(self.rows, 2.3)
        above = [0.0] * self.rows
        for each, legend in zip(self.panels, self.legends, strict=True):
            row = each["row"]
            above[row] = max(above[row], (legend.height() + 1.5 * size) / _INCH)
        rows = self.rows * 1.25 if self.small else self.rows * panel + sum(above)
        size_in = (self.width, rows + head)
        out: Any = plt.figure(figsize=size_in, layout="constrained", FigureClass=Picture)
        self.top = rows / (rows + head)
        out.get_layout_engine().set(rect=(0, 0, 1, self.top))
        left, y = 0.08 / self.width, rows + head - 0.08
        for lines, points, weight in ((heads, size, "bold"), (words, small, "normal")):
            text = "\n".join(lines)
            if lines:
                out.text(left, y / (rows + head), text, va="top", weight=weight, size=points)
            y -= 1.5 * points * len(lines) / _INCH
        return out  # type: ignore[no-any-return]

    def draw(self, figure: Figure | SubFigure | None) -> list[Axes]:
        on = figure if figure is not None else self.own_figure()
        grid = on.add_gridspec(self.rows, self.columns)
        drawn = {place: on.add_subplot(grid[place]) for place in self.places}
        known: dict[str, Artist] = {}
        for (place, panel), legend in zip(self.places.items(), self.legends, strict=True):
            axes = drawn[place]
            handles = _Panel(axes, panel, self.small).draw()
            known = {**handles, **known}
            if not self.small:
                _head(axes, panel, handles, legend)
            elif panel["title"]:
                axes.set_title(panel["title"], loc="left", size="small")
        for place, axes in drawn.items():
            self.share(place, axes, drawn)
        if self.small and known:
            on.legend(
                list(known.values()), list(known), loc="upper right",
                bbox_to_anchor=(1.0, self.top), **_LEGEND,
            )  # fmt: skip
        return list(drawn.values())

    def share(self, place: _Place, axes: Axes, drawn: Mapping[_Place, Axes]) -> None:
        """An axis that the panel below, or to the left, has too is named there alone."""
        panel, (row, column) = self.places[place], place
        if _same(self.places.get((row + 1, column)), panel, "x"):
            axes.sharex(drawn[row + 1, column])
            axes.tick_params(axis="x", labelbottom=False)
        else:
            axes.set_xlabel(_label(panel["x"]))
        if _same(self.places.get((row, column - 1)), panel, "y"):
            axes.sharey(drawn[row, column - 1])
            axes.tick_params(axis="y", labelleft=False)
        else:
            axes.set_ylabel(_label(panel["y"]))


def _panel_of(panels: Sequence[Data], panel: int | str) -> Data:
    """The panel with this number or title."""
    titles = [each["title"] for each in panels]
    if isinstance(panel, str) and panel in titles:
        return panels[titles.index(panel)]
    if isinstance(panel, int) and -len(panels) <= panel < len(panels):
        return panels[panel]
    names = "; ".join(f"{i} {title or ''}".rstrip() for i, title in enumerate(titles))
    raise InvalidArgument(f"panel={panel!r}: the picture has {names}", "panel")


def draw(
    data: Data,
    *,
    ax: Axes | None = None,
    figure: Figure | SubFigure | None = None,
    panel: int | str | None = None,
    title: bool = True,
) -> Axes | Figure | SubFigure:
    """Draws an isoflop.figure/1; `isoflop.Figure.plot` says how."""
    panels = list(data["panels"])
    if panel is not None:
        panels = [{**_panel_of(panels, panel), "row": 0, "column": 0}]
    if ax is None:
        drawn = _Grid(data, panels, title).draw(figure)
        on = drawn[0].get_figure()
        assert on is not None
        return drawn[0] if len(drawn) == 1 else on
    if figure is not None:
        raise InvalidArgument("ax= and figure= exclude each other", "ax")
    if len(panels) > 1:
        raise InvalidArgument(
            f"ax= takes one panel, and this picture has {len(panels)}: "
            "figure= takes them all, and panel= picks one",
            "ax",
        )
    handles = _Panel(ax, panels[0], small=False).draw()
    ax.set_xlabel(_label(panels[0]["x"]))
    ax.set_ylabel(_label(panels[0]["y"]))
    width = ax.get_window_extent().width * _INCH / ax.figure.dpi
    _head(ax, panels[0], handles, *_legends(panels, width))
    return ax
