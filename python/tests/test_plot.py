"""Pictures: what matplotlib holds is what the figure says, and looks as it did."""

from __future__ import annotations

import copy
import itertools
import json
import os
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

import isoflop
from conftest import GRID, ROOT

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.legend import Legend  # noqa: E402
from matplotlib.text import Text  # noqa: E402

BASELINES = Path(__file__).with_name("baseline")
SWEEP = "data/simulated/hoffmann2022_sweep.csv"
PRESET = "krajewski2024-e64"
# Of 255. matplotlib 3.8 and 3.11 differ by nothing; a missing series comes to more than 11.
TOLERANCE = 5.0


@pytest.fixture(autouse=True)
def own_style() -> Iterator[None]:
    """Not that of the machine: of text the font that comes with matplotlib."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("Agg")
        yield
    plt.close("all")


def marks() -> dict[str, Any]:
    """A figure with every kind of mark, most roles and what axes may have."""
    x = [1e18, 3e18, 1e19, 3e19, 1e20]
    compute = {"label": "compute", "unit": "FLOPs", "scale": "log", "range": [8e17, 1.2e20]}
    loss = {"label": "loss", "unit": None, "scale": "linear", "range": [1.9, 3.6]}
    place = {"label": "place", "unit": None, "scale": "linear", "range": [0, 4],
             "ticks": [{"at": i + 0.5, "label": f"n{i}"} for i in range(4)]}  # fmt: skip
    none = {"label": "", "unit": None, "scale": "linear", "range": [0, 4], "ticks": []}

    def series(kind: str, role: str, label: str | None = None, **numbers: Any) -> dict[str, Any]:
        return {"kind": kind, "role": role, "label": label, **numbers}

    curves = [
        series(
            "line",
            "law",
            f"N = {n:.0e}",
            x=x,
            y=[3.4 - i / 3 - 0.1 * k for k in range(5)],
            shade=[n],
        )
        for i, n in enumerate((1e8, 3e8, 1e9))
    ]
    first = [
        series("band", "new_run_band", "new", x=x, low=[2.0] * 5, high=[3.2, 3.1, 3, 2.9, 2.8]),
        series("band", "curve_band", "curve", x=x, low=[2.3] * 5, high=[2.7, 2.6, None, 2.5, 2.5]),
        *curves,
        series("line", "optimum", "best", x=x, y=[2.3, 2.25, None, 2.15, 2.1]),
        series("points", "other_data", "others", x=x, y=[3.5, 3.45, 3.4, 3.35, 3.3]),
        series("points", "data", "runs", x=x, y=[3.3, 3.1, 2.9, 2.7, 2.5],
               shade=[1e8, 2e8, 3e8, 6e8, 1e9]),
        series("stars", "target", "target", x=[5e19], y=[2.0]),
        series("interval", "target", None, x=[5e19], low=[1.95], high=[2.2]),
        series("rule", "reference", "floor", y=[1.97]),
    ]  # fmt: skip
    second = [
        series("steps", "corrected", "steps", x=x, y=[3.5, 3.0, 3.0, 2.5, 2.5]),
        series("points", "corrected", None, x=x, y=[3.5, 3.0, 3.0, 2.5, 2.5]),
        series("points", "vertex", "lowest", x=x, y=[2.8, 2.7, 2.6, 2.5, 2.4]),
        series("interval", "vertex", "95 %", y=[2.8, 2.6], low=[1e18, 5e18], high=[2e18, 2e19]),
        series("rule", "estimate", "here", x=[4e19]),
    ]
    bars = [
        series("bars", "first", "weights", x_edges=[0.2, 0.5, 1.2, 1.5], y=[3, 0, 2]),
        series("bars", "second", "states", x_edges=[0.5, 0.8, 1.5, 1.8], y=[3.5, 0, 2.5]),
        series("bars", "third", "rest", x_edges=[0.8, 1.1, 1.8, 2.1], y=[2.5, 0, 1.5]),
        *(
            series("line", role, role, x=[2.3, 3.8], y=[0.5 + i / 2, 1 + i / 2])
            for i, role in enumerate(("fourth", "fifth", "sixth"))
        ),
    ]
    heat = [
        series("heat", "draws", "refits", x_edges=[0, 1, 2, 3, 4], y_edges=[0, 1, 2, 3],
               values=[1, 2, 0, 0, 3, 9, 4, 0, 0, 2, 6, 1]),
        series("points", "estimate", "fit", x=[1.5], y=[1.5]),
    ]  # fmt: skip
    shade = {"label": "size", "unit": None, "scale": "log", "range": [1e8, 1e9]}
    panels = [
        {"row": 0, "column": 0, "title": "Curves", "x": compute, "y": loss, "shade": shade,
         "covered": {"x": [1e18, 3e19], "y": [2.2, 3.55]}, "series": first},
        {"row": 1, "column": 0, "title": None, "x": compute, "y": loss, "series": second},
        {"row": 0, "column": 1, "title": "Bars", "x": place, "y": none, "series": bars},
        {"row": 1, "column": 1, "title": None, "x": none, "y": {**place, "range": [0, 3]},
         "series": heat},
    ]  # fmt: skip
    return {"format": "isoflop.figure/1", "kind": "marks", "title": "Every mark",
            "description": "Curves, bars and cells.", "panels": panels,
            "isoflop_version": isoflop.__version__}  # fmt: skip


def of(data: dict[str, Any]) -> isoflop.Figure:
    return isoflop.Figure.from_json(json.dumps(data))


# --- What is drawn -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictures(grid_fit: isoflop.Fit) -> dict[str, isoflop.Figure]:
    """One of every kind that there is."""
    os.chdir(ROOT)
    law = isoflop.law(PRESET)
    backtest = isoflop.backtest(
        GRID, law="chinchilla", loss="loss_simulated", hold_out="d:20%", starts=20
    )
    plan = grid_fit.plan(flops=[1e20, 1e21])
    return {
        "marks": of(marks()),
        "loss": isoflop.figure("loss", grid_fit),
        "residuals": isoflop.figure("residuals", grid_fit),
        "profile": isoflop.figure("profile", grid_fit),
        "coefficients": isoflop.figure("coefficients", grid_fit),
        "frontier": isoflop.figure("frontier", law, from_=1e18, to=1e22, flops=[1e21]),
        "granularity": isoflop.figure("granularity", plan),
        "profiles": isoflop.figure("profiles", isoflop.profiles(SWEEP, bootstrap=20, flops=1e22)),
        "backtest": isoflop.figure("backtest", backtest),
        "price": isoflop.figure("price", "h200-modern"),
        "memory": isoflop.figure("memory", isoflop.shape("data/shapes/olmoe-1b-7b.json")),
    }


def numbers(values: list[float | None] | None) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values or ()], dtype=float)


def holds(axes: Axes, series: dict[str, Any]) -> bool:
    """Whether these numbers are among what the axes hold as this kind of mark."""
    x, y, low, high = (numbers(series.get(key)) for key in ("x", "y", "low", "high"))

    def equal(a: Any, b: Any) -> bool:
        held = np.ma.filled(np.ma.asarray(a, dtype=float), np.nan)
        return np.array_equal(held, b, equal_nan=True)

    def named(kind: str) -> list[Any]:
        return [each for each in axes.collections if type(each).__name__.startswith(kind)]

    kind = series["kind"]
    if kind in ("points", "stars"):
        return any(equal(c.get_offsets(), np.c_[x, y]) for c in named("PathCollection"))
    if kind in ("line", "steps"):
        style = "steps-post" if kind == "steps" else "default"
        drawn = [line for line in axes.lines if line.get_drawstyle() == style]
        return any(equal(ln.get_xdata(), x) and equal(ln.get_ydata(), y) for ln in drawn)
    if kind == "rule":
        along = [np.asarray(ln.get_xdata() if len(x) else ln.get_ydata()) for ln in axes.lines]
        wanted = x if len(x) else y
        return all(any(len(a) == 2 and (a == v).all() for a in along) for v in wanted)
    if kind == "band":
        there = np.isfinite(low + high)
        corners = {(a, b) for a, b in np.r_[np.c_[x, low][there], np.c_[x, high][there]].tolist()}
        return any(
            corners <= {tuple(v) for path in c.get_paths() for v in path.vertices.tolist()}
            for c in [*named("Poly"), *named("FillBetween")]
        )
    if kind == "interval":
        ends = np.c_[x, low, x, high] if len(x) else np.c_[low, y, high, y]
        ends = ends[np.isfinite(ends).all(axis=1)]
        return any(
            equal(np.reshape([s for s in c.get_segments() if np.isfinite(s).all()], (-1, 4)), ends)
            for c in named("LineCollection")
        )
    if kind == "bars":
        edges = numbers(series["x_edges"])
        drawn_bars = {(p.get_x(), p.get_height()) for p in axes.patches}
        return set(zip(edges[:-1].tolist(), y.tolist(), strict=True)) <= drawn_bars
    values = np.ma.masked_equal(numbers(series["values"]), 0.0).filled(np.nan)
    return any(equal(np.ma.ravel(mesh.get_array()), values) for mesh in named("QuadMesh"))


KINDS = (
    "marks loss residuals profile coefficients frontier granularity profiles backtest price memory".split()
)


def axes_of(drawn: Any) -> list[Axes]:
    return list(drawn.axes) if isinstance(drawn, Figure) else [drawn]


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_figure_says_is_drawn(kind: str, pictures: dict[str, isoflop.Figure]) -> None:
    figure = pictures[kind]
    panels = figure.to_dict()["panels"]
    drawn = axes_of(figure.plot())
    assert len(drawn) == len(panels) > 0
    for axes, panel in zip(drawn, panels, strict=True):
        for series in panel["series"]:
            assert holds(axes, series), (series["kind"], series["role"], series["label"])
        for which, axis in (("x", panel["x"]), ("y", panel["y"])):
            assert getattr(axes, f"get_{which}scale")() == axis["scale"]
            assert list(getattr(axes, f"get_{which}lim")()) == axis["range"]


def test_what_is_drawn_is_told_from_other_numbers() -> None:
    data = marks()
    drawn = axes_of(of(data).plot())
    for axes, panel in zip(drawn, data["panels"], strict=True):
        for series in panel["series"]:
            moved = copy.deepcopy(series)
            keys = ("values",) if series["kind"] == "heat" else ("low", "y", "x")
            key = next(key for key in keys if moved.get(key))
            moved[key][0] *= 1.01
            assert not holds(axes, moved), series["kind"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_label_is_in_a_legend_once(kind: str, pictures: dict[str, isoflop.Figure]) -> None:
    data = pictures[kind].to_dict()["panels"]
    wanted = {s["label"] for panel in data for s in panel["series"] if s["label"]}
    wanted |= {"range of the runs" for panel in data if "covered" in panel}
    drawn = pictures[kind].plot()
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    legends = [*figure.legends, *(a.get_legend() for a in figure.axes if a.get_legend())]
    shown = [text.get_text() for legend in legends for text in legend.get_texts()]
    assert sorted(shown) == sorted(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_texts_keep_apart(kind: str, pictures: dict[str, isoflop.Figure]) -> None:
    drawn = pictures[kind].plot()
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    figure.canvas.draw()
    for axes in figure.axes:
        x = [t for t in axes.get_xticklabels() if t.get_text() and t.get_visible()]
        y = [t for t in axes.get_yticklabels() if t.get_text() and t.get_visible()]
        for labels, low, high in ((x, "x0", "x1"), (y, "y0", "y1")):
            boxes = [t.get_window_extent() for t in labels]
            shown = [  # those within the range
                box for box in boxes
                if getattr(axes.bbox, low) - 1 <= (getattr(box, low) + getattr(box, high)) / 2
                <= getattr(axes.bbox, high) + 1
            ]  # fmt: skip
            assert not any(a.overlaps(b) for a, b in itertools.combinations(shown, 2))
        if x and axes.get_xlabel():
            name = axes.xaxis.label.get_window_extent()
            assert not any(t.get_window_extent().overlaps(name) for t in x)
        heads = [t for t in (axes._left_title, axes.title) if t.get_text()]
        if heads and axes.get_legend() is not None:
            legend = axes.get_legend().get_window_extent()
            assert not heads[0].get_window_extent().overlaps(legend)
            assert legend.y0 >= axes.bbox.y1
    tops = [t.get_window_extent().y0 for t in figure.texts]
    tight = [axes.get_tightbbox() for axes in figure.axes]
    assert all(box is not None and box.y1 <= min(tops, default=np.inf) + 1 for box in tight)
    width, height = figure.bbox.width, figure.bbox.height
    for text in figure.texts:
        assert text.get_window_extent().x1 <= width and text.get_window_extent().y1 <= height


# --- How it looks --------------------------------------------------------------------------------


def image_of(figure: isoflop.Figure) -> np.ndarray:
    """At 50 dpi, without texts: versions of matplotlib set them, and so all else, otherwise."""
    on = Figure(figsize=(8.0, 6.0), dpi=50)
    on.subplots_adjust(0.04, 0.04, 0.96, 0.96, 0.08, 0.08)
    figure.plot(figure=on)
    for text in on.findobj(lambda artist: isinstance(artist, (Text, Legend))):
        text.set_visible(False)
    canvas = FigureCanvasAgg(on)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Grey levels between them in the cell of 4 x 4 pixels that differs most."""
    if a.shape != b.shape:
        return 255.0

    def cells(image: np.ndarray) -> np.ndarray:
        high, wide = (n // 4 for n in image.shape[:2])
        kept = image[: 4 * high, : 4 * wide].astype(float)
        return kept.reshape(high, 4, wide, 4, 3).mean((1, 3))

    return float(np.sqrt(((cells(a) - cells(b)) ** 2).mean(-1)).max())


SEEN: dict[str, Callable[[], isoflop.Figure]] = {
    "marks": lambda: of(marks()),
    "loss": lambda: isoflop.figure("loss", "hoffmann2022"),
    "frontier": lambda: isoflop.figure("frontier", PRESET, from_=1e18, to=1e22, flops=[1e21]),
    "price": lambda: isoflop.figure("price", "h200-modern"),
    "profiles": lambda: isoflop.figure("profiles", isoflop.profiles(SWEEP, bootstrap=20)),
}


@pytest.mark.parametrize("name", SEEN)
def test_picture_looks_as_it_did(name: str, tmp_path: Path) -> None:
    """ISOFLOP_BASELINES=1 writes the pictures that are compared with: look at them."""
    image = image_of(SEEN[name]())
    path = BASELINES / f"{name}.png"
    if os.environ.get("ISOFLOP_BASELINES"):
        plt.imsave(path, image)
    before = (255 * plt.imread(path)[..., :3]).round()
    plt.imsave(tmp_path / f"{name}.png", image)
    found = distance(image, before)
    print(f"{name}: {found:.2f}")
    assert found < TOLERANCE, f"{tmp_path / name}.png is {found:.1f} from {path}"


def test_a_series_that_is_missing_is_seen() -> None:
    before = (255 * plt.imread(BASELINES / "marks.png")[..., :3]).round()
    for i, panel in enumerate(marks()["panels"]):
        for k, series in enumerate(panel["series"]):
            without = marks()
            del without["panels"][i]["series"][k]
            found = distance(image_of(of(without)), before)
            assert found > 2 * TOLERANCE, (series["kind"], series["role"])


def style_of(svg: str) -> dict[str, tuple[str, str]]:
    """Colours by class on white and on black."""
    light, dark = svg.partition("<style>")[2].split("@media")
    rule = re.compile(r"\.isofig \.([\w-]+)\{fill:(#\w+)\}")
    on_white, on_black = dict(rule.findall(light)), dict(rule.findall(dark))
    return {name: (on_white[name], on_black[name]) for name in on_white if name in on_black}


def test_colours_are_those_of_the_svg() -> None:
    from isoflop._plot import LOOKS, RAMP_ON_BLACK, RAMP_ON_WHITE

    style = style_of(isoflop.figure("loss", "hoffmann2022").svg)
    roles = {name[2:]: colours for name, colours in style.items() if name.startswith("f-")}
    assert {role: look[:2] for role, look in LOOKS.items()} == roles
    ramps = zip(RAMP_ON_WHITE, RAMP_ON_BLACK, strict=True)
    assert {f"fg{i}": colours for i, colours in enumerate(ramps)} == {
        name: colours for name, colours in style.items() if name.startswith("fg")
    }


def test_grey_tells_apart_what_lies_side_by_side() -> None:
    from isoflop._plot import LOOKS

    names = ("first", "second", "third", "fourth", "fifth", "sixth")
    looks = [LOOKS[name] for name in names]
    assert len({str(look.dashes) for look in looks}) == len({look.marker for look in looks}) == 6


def test_a_dark_style_is_drawn_in_the_colours_for_it() -> None:
    with plt.style.context("dark_background"):
        drawn = isoflop.law("hoffmann2022").plot.isoflop()
    assert "#ff9a4d" in [str(line.get_color()) for line in drawn.lines]


def test_ticks_say_numbers_as_the_svg_does() -> None:
    from isoflop._plot import human

    said = set()
    for low, high, scale in ((1e-6, 1e22, "log"), (2e2, 9e9, "log"), (0, 0.5, "linear")):
        axis = {"label": "", "unit": None, "scale": scale, "range": [low, high]}
        panel = {"row": 0, "column": 0, "title": None, "x": axis, "y": axis, "series": []}
        data = {**marks(), "panels": [panel]}
        svg = of({**data, "kind": "loss"}).svg
        said |= set(re.findall(r'<text[^>]*text-anchor="\w+"[^>]*>([^<]+)</text>', svg))
    values = [m * 10.0**k for m in (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5) for k in range(-7, 23)]
    assert len(said) > 15
    assert said <= {human(value) for value in (0.0, *values)}
    assert human(999_999) == "1M" and human(-1.25e8) == "-125M" and human(3e18) == "3e18"


# --- How it is asked for -------------------------------------------------------------------------


def test_methods_draw_their_kind(grid_fit: isoflop.Fit) -> None:
    law, plan = isoflop.law(PRESET), grid_fit.plan(flops=1e21)
    table = isoflop.read(ROOT / "data/costs/h200-modern.json")
    one_model = law.granularity(n_active="1B", d="66B")
    held = {"hold_out": "compute:20%", "n_means": "total"}
    for draw, kind in (
        (grid_fit.plot.loss, Figure),
        (grid_fit.plot.isoflop, Axes),
        (grid_fit.plot.residuals, Figure),
        (grid_fit.plot.profile, Figure),
        (grid_fit.plot.coefficients, Figure),
        (law.plot.frontier, Figure),
        (plan.plot.granularity, Figure),
        (plan.plot.frontier, Figure),
        (grid_fit.plan(flops=1e21, shapes=True).plot.memory, Axes),
        (law.frontier(from_=1e19, to=1e21, points=3).plot, Figure),
        (one_model.plot, Axes),
        (isoflop.profiles(SWEEP, bootstrap=0).plot, Figure),
        (isoflop.backtest(SWEEP, law="hoffmann2022", **held).plot, Axes),
        (table.plot.price, Figure),
        (isoflop.shape("data/shapes/olmoe-1b-7b.json").plot.memory, Axes),
    ):
        drawn = draw()
        assert isinstance(drawn, kind), draw.__doc__
        plt.close("all")
    assert "plot.coefficients(): How refits" in repr(grid_fit.plot)
    assert "ax : matplotlib Axes" in grid_fit.plot.loss.__doc__


def test_a_panel_is_picked_by_its_title(grid_fit: isoflop.Fit) -> None:
    drawn = grid_fit.plot.profile("c")
    assert isinstance(drawn, Axes)
    assert drawn.get_xlabel() == "c"
    assert drawn.get_ylabel() == "rise of the objective / tolerated rise"
    with pytest.raises(isoflop.InvalidArgument, match="panel='C': the picture has 0 a; 1 "):
        grid_fit.plot.profile("C")


def test_options_are_those_of_the_verb() -> None:
    drawn = isoflop.law(PRESET).plot.frontier(from_=1e19, to=1e21, flops=[1e20], title=False)
    assert drawn.axes[0].get_xlim()[1] < 3e21
    assert not drawn.texts
    with pytest.raises(isoflop.InvalidArgument, match="no field"):
        isoflop.law(PRESET).plot.frontier(until=1e21)
    with pytest.raises(isoflop.InvalidArgument, match="there is no picture"):
        isoflop.figure("profiles", PRESET)


def test_axes_of_one_s_own() -> None:
    law = isoflop.law("hoffmann2022")
    figure, (left, right) = plt.subplots(1, 2, layout="constrained")
    assert law.plot.isoflop(ax=left) is left
    assert law.plot.loss(panel=0, ax=right) is right
    assert left.get_title(loc="left") == "Over size, a curve per budget"
    assert figure.axes == [left, right]
    with pytest.raises(isoflop.InvalidArgument, match=r"ax= takes one panel, and .* has 2"):
        law.plot.loss(ax=left)
    with pytest.raises(isoflop.InvalidArgument, match="0 Over compute, a curve per size; 1 Over"):
        law.plot.loss(panel=2)
    with pytest.raises(isoflop.InvalidArgument, match="exclude each other"):
        law.plot.isoflop(ax=left, figure=figure)


def test_figures_within_figures() -> None:
    whole = plt.figure(layout="constrained", figsize=(9, 6))
    upper, lower = whole.subfigures(2, 1)
    assert isoflop.law("hoffmann2022").plot.loss(figure=upper) is upper
    isoflop.law(PRESET).plot.isoflop(figure=lower)
    assert len(upper.axes) == 2 and len(lower.axes) == 1
    whole.canvas.draw()


def test_what_has_no_runs_says_so() -> None:
    with pytest.raises(isoflop.DataError, match="runs"):
        isoflop.law("hoffmann2022").plot.residuals()
    with pytest.raises(isoflop.DataError, match="has no draws: fit with"):
        isoflop.law(PRESET).plot.coefficients()


def test_a_law_file_is_drawn_like_the_fit(grid_fit: isoflop.Fit, tmp_path: Path) -> None:
    grid_fit.save(tmp_path / "law.json")
    back = isoflop.read(tmp_path / "law.json")
    panels = isoflop.figure("loss", back).to_dict()["panels"]
    assert panels == isoflop.figure("loss", grid_fit).to_dict()["panels"]


def test_document_runs_as_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    section = text.partition("\n## Pictures\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        exec(compile(block, "docs/reference/python.md", "exec"), {})
    assert {path.name for path in tmp_path.iterdir()} == {"loss.pdf", "frontier.svg"}
    for name in re.findall(r"`(\w+)\.plot\.(\w+)\(", section):
        owner = {"fit": isoflop.Fit, "plan": isoflop.Plan, "shape": isoflop.Shape,
                 "table": isoflop.CostTable}[name[0]]  # fmt: skip
        assert hasattr(owner("{}").plot, name[1])


# --- The figure as a value -----------------------------------------------------------------------


def test_figure_is_the_command_line_s(program: Callable[..., str]) -> None:
    figure = isoflop.figure("loss", "hoffmann2022")
    assert figure.to_json() == program("figure", "loss", "hoffmann2022", "--json")
    assert figure.svg == program("figure", "loss", "hoffmann2022")
    assert isoflop.run(figure.request) == figure


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_figure_that_cannot_be_drawn_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    figure = isoflop.figure("frontier", PRESET, flops=[1e21])
    path = tmp_path / f"f.{ending}"
    path.write_bytes(b"older, whole")

    def stop_half_way(self: Figure, out: IO[bytes] | str, **options: Any) -> None:
        if isinstance(out, str):
            Path(out).write_bytes(b"half")
        else:
            out.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Figure, "savefig", stop_half_way)
        with pytest.raises(KeyboardInterrupt):
            figure.save(path)
    assert path.read_bytes() == b"older, whole"
    figure.save(path)
    assert len(path.read_bytes()) > 100
    assert list(tmp_path.iterdir()) == [path]


def test_figures_are_written_as_their_names_end(tmp_path: Path) -> None:
    figure = isoflop.figure("frontier", PRESET, flops=[1e21])
    for name, begin in (
        ("f.svg", "<svg "), ("f.json", '{\n  "format": "isoflop.figure/1"'), ("f.csv", "panel,"),
        ("f.vl.json", '{\n  "$schema": "https://vega.github.io/schema/vega-lite/v5'),
    ):  # fmt: skip
        figure.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin), name
    figure.save(tmp_path / "f.png")
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    figure.save(tmp_path / "bare")
    assert (tmp_path / "bare.png").read_bytes() == (tmp_path / "f.png").read_bytes()
    assert not plt.get_fignums()
    back = isoflop.read(tmp_path / "f.json")
    assert isinstance(back, isoflop.Figure)
    assert back == figure and back.svg == figure.svg == figure._repr_svg_()
    assert back.title in str(back) and back._repr_html_() is None
    assert pickle.loads(pickle.dumps(back)) == back


def test_an_edited_figure_is_drawn() -> None:
    data = isoflop.figure("loss", "hoffmann2022").to_dict()
    data["panels"][0]["title"] = "Mine"
    figure = isoflop.figure("loss", data)
    assert "Mine" in figure.svg
    assert figure.plot().axes[0].get_title(loc="left") == "Mine"


def test_frames_hold_the_marks(grid_fit: isoflop.Fit) -> None:
    pandas = pytest.importorskip("pandas")
    frame = isoflop.figure("residuals", grid_fit).to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert (frame["role"] == "data").sum() == 4 * 78
    assert frame["x"].dtype == float
