"""What the verbs give: views of the JSON that the command line prints."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, overload

from . import _core, _frames
from ._pictures import CostTablePlots, Picture, PlanPlots, ShapePlots
from ._request import Shown, call, scratch_file, write_file
from .errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.figure import SubFigure
    from typing_extensions import Self


class Row(Mapping[str, Any]):
    """A JSON object whose keys are attributes too: ``row.n_active`` is ``row["n_active"]``.

    But for keys that are methods of a mapping, such as ``row["values"]``.
    """

    __slots__ = ("_data",)

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def __getitem__(self, key: str) -> Any:
        return view(self._data[key])

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._data:
            return view(self._data[name])
        raise AttributeError(f"there is no {name}; there are: {', '.join(self._data)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self._data == other._data

    def __hash__(self) -> int:
        return hash(json.dumps(self._data, sort_keys=True))

    def __reduce__(self) -> tuple[Any, ...]:
        return Row, (self._data,)

    def __repr__(self) -> str:
        return "\n".join(f"{key}: {value}" for key, value in self._data.items())

    def to_dict(self) -> dict[str, Any]:
        return copy.deepcopy(self._data)


def view(value: Any) -> Any:
    """A part of an outcome as Python has it: objects as Row, lists of numbers as arrays."""
    if isinstance(value, dict):
        return Row(value)
    if isinstance(value, list):
        if value and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in value):
            import numpy

            return numpy.array(value, dtype=float)
        return [view(x) for x in value]
    return value


class Result:
    """What a verb found.

    The JSON is that of the command line, to the byte; everything else is a view of it. Every key of
    the JSON is an attribute, objects within it have attributes again, and lists of numbers are
    NumPy arrays. Results are not changed: they compare, hash, copy and pickle by their JSON.

    Attributes
    ----------
    usable : bool
        Whether it answers what was asked; the command line's exit code is 0.
    request : Row
        What was asked; ``isoflop.run(result.request)`` asks again.
    """

    _rows_key: ClassVar[str] = ""
    _needs: ClassVar[tuple[str, ...]] = ()  # what its JSON never lacks, beside the rows
    _json: str
    _text: str | None
    _more: dict[str, str]
    _parsed: dict[str, Any] | None
    usable: bool

    def __init__(
        self,
        json: str,
        text: str | None = None,
        usable: bool = True,
        more: dict[str, str] | None = None,
    ) -> None:
        self._json = json
        self._text = text
        self._more = more or {}
        self._parsed = None
        self.usable = usable

    def _check(self, origin: str) -> None:
        """Of JSON that was read, DataError where it is not what its format says."""
        for key in (self._rows_key, *self._needs):
            if key and key not in self._data:
                raise DataError(f'{origin}: has no "{key}"')

    def _found_usable(self) -> bool:
        """What `usable` is of JSON that was read, by the rule of the library."""
        return not self._rows_key or bool(self._rows())

    @classmethod
    def of(cls, shown: Shown) -> Self:
        return cls(shown.json, shown.text, shown.usable, shown.more)

    @property
    def _data(self) -> dict[str, Any]:
        if self._parsed is None:
            self._parsed = json.loads(self._json)
        return self._parsed

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._data:
            return view(self._data[name])
        raise AttributeError(
            f"{type(self).__name__} has no {name}; the keys of its JSON: {', '.join(self._data)}"
        )

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data]

    def to_json(self) -> str:
        """The JSON as the command line prints it, with a line end."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The JSON as plain dicts and lists, a copy."""
        return copy.deepcopy(self._data)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json`, `save` or the command line's --json wrote.

        Raises
        ------
        DataError
            For a text that is no JSON of an outcome, or of one of another kind.
        """
        out = from_json(text)
        if not isinstance(out, cls):
            raise DataError(f"this is the JSON of a {type(out).__name__}, not of a {cls.__name__}")
        return out

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the JSON, or a report with pictures; `isoflop.read` and the program read both.

        It is written beside and renamed: a file of this name is never half of one.

        Parameters
        ----------
        path : str or os.PathLike
            Where it ends in .html, a page for people that holds the JSON.
        """
        page = is_page(os.fspath(path))
        write_file(path, _core.report(self._json, self._text or "") if page else self._json)

    def _rows(self) -> list[dict[str, Any]]:
        rows = self._data.get(self._rows_key, [])
        return list(rows) if isinstance(rows, list) else []

    def to_columns(self) -> dict[str, list[Any]]:
        """Its table as columns of equal length, without objects and lists; None if missing."""
        rows = self._rows()
        plain = [{k: v for k, v in r.items() if not isinstance(v, (dict, list))} for r in rows]
        names = dict.fromkeys(name for row in plain for name in row)
        return {name: [row.get(name) for row in plain] for name in names}

    def to_frame(self, backend: str | None = None) -> Any:
        """Its table as a data frame of pandas, Polars or PyArrow; the first that is installed."""
        return _frames.frame_of(self.to_columns(), backend)

    def to_pandas(self) -> Any:
        """Its table as a pandas.DataFrame."""
        return self.to_frame("pandas")

    def to_polars(self) -> Any:
        """Its table as a polars.DataFrame."""
        return self.to_frame("polars")

    @property
    def csv(self) -> str:
        """The table that the command line's --csv prints."""
        return self._extra("csv")

    def _extra(self, key: str) -> str:
        if key not in self._more:
            raise AttributeError(f"this {type(self).__name__} has no {key}")
        return self._more[key]

    def __str__(self) -> str:
        return self._text.rstrip("\n") if self._text is not None else self._summary()

    def __repr__(self) -> str:
        return str(self)

    def _summary(self) -> str:
        """For an outcome that was read from JSON, which has no report."""
        head = f"{self._data.get('format', type(self).__name__)} of a {type(self).__name__}"
        return "\n".join(part for part in (head, _frames.text_of(self.to_columns())) if part)

    def _repr_html_(self) -> str | None:
        import html

        columns = self.to_columns()
        report = f"<pre>{html.escape(str(self))}</pre>"
        if not columns:
            return report
        return f"{_frames.html_of(columns)}<details><summary>report</summary>{report}</details>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and type(other) is type(self) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._json, self._text, self.usable, self._more)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class _Table(Result):
    """A result that is above all a list of rows."""

    def __len__(self) -> int:
        return len(self._rows())

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        rows = self._rows()
        return [Row(row) for row in rows[index]] if isinstance(index, slice) else Row(rows[index])

    def __iter__(self) -> Iterator[Row]:
        return iter([Row(row) for row in self._rows()])

    def __bool__(self) -> bool:
        return True


def _words_of(plans: _Table) -> set[str]:
    return {str(row.get("status")) for row in plans._rows()}


def _accepts_undetermined(plans: _Table) -> bool:
    return bool((plans._data.get("request") or {}).get("accept_undetermined", False))


class Plan(_Table):
    """Compute-optimal plans, one row per budget: ``plan[0].n_active``, ``plan.to_pandas()``."""

    _rows_key = "plans"

    def _found_usable(self) -> bool:
        words = _words_of(self)
        doubted = "undetermined" in words
        return _accepts_undetermined(self) if doubted else "optimal" in words

    @property
    def plot(self) -> PlanPlots:
        """Pictures by matplotlib: granularity(), frontier(), memory()."""
        return PlanPlots(self)

    @property
    def launch(self) -> str:
        """What the trainer of ``emit=`` is started with."""
        return self._extra("launch")


class Frontier(_Table):
    """The best plans over a range of budgets, one row per budget."""

    _rows_key = "plans"

    def _found_usable(self) -> bool:
        words = _words_of(self)
        return "optimal" in words or ("undetermined" in words and _accepts_undetermined(self))

    plot = Picture("frontier", "Compute-optimal size, tokens and G over budgets.")


class Granularity(_Table):
    """One model at every granularity for the same cost."""

    _needs = ("columns",)
    plot = Picture("granularity", "The loss over G, by FLOPs and by time.")

    def _found_usable(self) -> bool:
        return bool(self._data["columns"])

    def _rows(self) -> list[dict[str, Any]]:
        return [{"by": c["by"], **run} for c in self._data["columns"] for run in c["runs"]]


class NextRuns(_Table):
    """The runs to train next."""

    _rows_key = "runs"


class Profiles(_Table):
    """IsoFLOP profiles of a sweep, one row per budget."""

    _rows_key = "budgets"

    def _found_usable(self) -> bool:
        return any((row.get("answer") or {}).get("loss") is not None for row in self._rows())

    plot = Picture("profiles", "Parabolas through the runs, their lowest points and their bias.")

    @property
    def law(self) -> Any:
        """The power laws as a law that plans and predicts; None where there is none.

        Raises
        ------
        DataError
            Where they were read from JSON, which does not hold it.
        """
        if self._text is None:
            raise DataError(
                "profiles that were read have no law with them; isoflop.run(profiles.request).law "
                "makes it again"
            )
        return from_json(self._more["law"]) if "law" in self._more else None


class Envelope(Result):
    """The lower envelope of training curves."""

    _needs = ("points",)

    def _found_usable(self) -> bool:
        return any(self.to_columns().values())

    def to_columns(self) -> dict[str, list[Any]]:
        """The points of the envelope."""
        return {k: list(v) for k, v in self._data["points"].items() if isinstance(v, list)}


class Sweep(_Table):
    """The runs of an isoFLOP sweep that is still to be trained."""

    _rows_key = "runs"

    @property
    def launch(self) -> dict[str, str]:
        """By the name of its file, what the trainer of ``emit=`` starts each run with."""
        head = "launch/"
        return {k[len(head) :]: v for k, v in self._more.items() if k.startswith(head)}


class Consensus(_Table):
    """What several laws recommend, one row per budget and law."""

    _rows_key = "laws"

    def _found_usable(self) -> bool:
        return any(row.get("applicable") for row in self._rows())


class Backtest(_Table):
    """How well laws forecast runs that were hidden from them, one row per law."""

    _rows_key = "laws"

    def _found_usable(self) -> bool:
        return any(row.get("status", "converged") == "converged" for row in self._rows())

    plot = Picture("backtest", "Forecasts of the hidden runs against what they came to.")


class Sensitivity(_Table):
    """What a plan depends on, one row per fit."""

    _rows_key = "rows"
    _needs = ("base",)

    def _found_usable(self) -> bool:
        base = self._data["base"]
        return bool(base.get("status") != "failed" and base.get("note") is None)


class Shape(Result):
    """Parameters, FLOPs and bytes of an architecture."""

    _needs = ("params",)

    @property
    def plot(self) -> ShapePlots:
        """Pictures by matplotlib: memory()."""
        return ShapePlots(self)

    @property
    def config(self) -> str:
        """The shape as the text of a config.json."""
        return self._extra("config")

    def to_columns(self) -> dict[str, list[Any]]:
        """The counts of parameters."""
        params = self._data["params"]
        return {"part": list(params), "parameters": [params[name] for name in params]}


class Laws(Result):
    """The formulas and published coefficients that ship."""

    def _rows(self) -> list[dict[str, Any]]:
        return list(self._data.get("published", []))


class Reproduction(_Table):
    """Published results beside ours, one row per figure."""

    def _rows(self) -> list[dict[str, Any]]:
        return list(self._data.get("figures", self._data.get("reproductions", [])))

    def _found_usable(self) -> bool:
        return bool(self._data.get("verdict", "reproduced") == "reproduced")


class CostTable(_Table):
    """What layers of experts cost on a device, one row per layer and pass; for ``cost_table=``.

    Attributes
    ----------
    source : {"measured", "roofline", "rehearsal"}
        A rehearsal was timed on a CPU: no plan is made with it.
    environment, peaks : Row
        The device and its software, and the best rates that it reaches.
    """

    _rows_key = "rows"
    _needs = ("source", "environment")

    def _found_usable(self) -> bool:
        return True

    @property
    def plot(self) -> CostTablePlots:
        """Pictures by matplotlib: price()."""
        return CostTablePlots(self)

    def file_for_request(self) -> str:
        """The path of a file of this table, which lives as long as the process."""
        return scratch_file(self._json)

    def _summary(self) -> str:
        gpu = self._data["environment"].get("gpu_name")
        heads = {
            "measured": f"measured on {gpu}",
            "roofline": "roofline: a model, nothing was measured",
            "rehearsal": "rehearsal on a CPU: nothing counts as measured",
        }
        width = max([14, *(len(row["backend"]) + 2 for row in self._rows())])
        lines = [
            heads.get(self._data["source"], ""),
            f"{'backend':<{width}}{'tokens':>8}{'d_model':>9}{'experts':>9}{'width':>7}{'top-k':>7}"
            f"  {'pass':<9}{'ms':>11}{'+-':>8}  checked",
        ]
        for row in self._rows():
            if row["stage"] != "whole":
                continue
            low, high, time = row["low_s"], row["high_s"], row["time_s"]
            half = "-" if low is None or high is None else f"{50 * (high - low) / time:.1f} %"
            lines.append(
                f"{row['backend']:<{width}}{row['tokens']:>8}{row['d_model']:>9}"
                f"{row['num_experts']:>9}"
                f"{row['expert_width']:>7}{row['top_k']:>7}  {row['pass']:<9}{1e3 * time:>11.4g}"
                f"{half:>8}  {row.get('checked', 'reference')}"
            )
        return "\n".join(lines)


class Predicted(Result):
    """What a law predicts of one run, as the command line says it.

    Attributes
    ----------
    mean : float
        What the law gives: the loss in nats per token, or its other target.
    interval, new_run : ndarray, shape (2,), or None
        95 % of the curve, and of a new run.
    """

    @property
    def mean(self) -> float:
        keys = list(self._data)
        known = {"format", "law", *"ndgeusac"}
        numbers = (key for key in keys if isinstance(self._data[key], (int, float)))
        return float(next(self._data[key] for key in numbers if key not in known))


class Figure(Result):
    """A picture as data (isoflop.figure/1): what is seen, in numbers; notebooks show its SVG.

    Attributes
    ----------
    svg, vega_lite, csv : str
        The figure as SVG, as Vega-Lite v5, and as a table with a line per mark.
    panels : list of Row
        Axes and series.
    """

    _needs = ("title", "description", "panels")

    def _found_usable(self) -> bool:
        return bool(self._data["panels"])

    def _extra(self, key: str) -> str:
        if not self._more:  # read from JSON: drawn again
            self._more = call(
                {"verb": "figure", "kind": self._data.get("kind"), "input": self._data}, False
            ).more
        return super()._extra(key)

    @property
    def svg(self) -> str:
        """One element without scripts or anything else from outside."""
        return self._extra("svg")

    @property
    def vega_lite(self) -> str:
        """The same numbers for tools that speak Vega-Lite v5."""
        return self._extra("vega-lite")

    def to_columns(self) -> dict[str, list[Any]]:
        """One row per mark, as in `csv`."""
        import csv
        import io

        names, *rows = csv.reader(io.StringIO(self.csv))
        return {name: [_cell(row[i]) for row in rows] for i, name in enumerate(names)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the figure as its name ends: .svg, .json, .vl.json or .csv; others by matplotlib.

        It is written beside and renamed: a file of this name is never half of one.

        Parameters
        ----------
        path : str or os.PathLike
            "f.pdf", "f.png" and what else matplotlib writes are `plot` in a file.
        """
        name = os.fspath(path)
        for ending, key in ((".vl.json", "vega-lite"), (".svg", "svg"), (".csv", "csv")):
            if name.endswith(ending):
                return write_file(name, self._extra(key))
        if name.endswith(".json"):
            return super().save(name)
        import io

        from matplotlib import rcParams
        from matplotlib.pyplot import close

        ending = os.path.splitext(name)[1]
        if not ending:
            ending = f".{rcParams['savefig.format']}"
            name += ending
        image = io.BytesIO()
        drawn = self.plot()
        drawn = getattr(drawn, "figure", drawn)
        try:
            drawn.savefig(image, format=ending[1:])
        finally:
            close(drawn)
        write_file(name, image.getvalue())

    def plot(
        self,
        *,
        ax: Axes | None = None,
        figure: MatplotlibFigure | SubFigure | None = None,
        panel: int | str | None = None,
        title: bool = True,
    ) -> Any:
        """Draws the figure by matplotlib.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw a picture of one panel.
        figure : matplotlib Figure or SubFigure, optional
            Where to draw all panels; a new one by default.
        panel : int or str, optional
            One of several panels alone, by its place or title.
        title : bool
            False leaves out the title and the answer in words, for papers with captions.

        Returns
        -------
        matplotlib Axes of one panel, or the Figure of several

        Raises
        ------
        InvalidArgument
            For ax= where there are several panels, and a panel that there is not.
        """
        try:
            from ._plot import draw
        except ImportError as fault:
            raise ImportError(
                f"pictures need the package matplotlib: pip install 'isoflop[plot]' ({fault})"
            ) from None
        return draw(self._data, ax=ax, figure=figure, panel=panel, title=title)

    def _summary(self) -> str:
        return f"{self._data['title']}\n{self._data['description']}"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> None:
        return None


def _cell(text: str) -> Any:
    """A field of a table that this library wrote."""
    try:
        return float(text) if text else None
    except ValueError:
        return text


_KINDS: dict[str, type[Result]] = {
    "isoflop.backtest/1": Backtest,
    "isoflop.consensus/1": Consensus,
    "isoflop.cost/1": CostTable,
    "isoflop.envelope/1": Envelope,
    "isoflop.figure/1": Figure,
    "isoflop.frontier/1": Frontier,
    "isoflop.granularity/1": Granularity,
    "isoflop.laws/1": Laws,
    "isoflop.next-runs/1": NextRuns,
    "isoflop.plan/1": Plan,
    "isoflop.predict/1": Predicted,
    "isoflop.profiles/1": Profiles,
    "isoflop.reproduce/1": Reproduction,
    "isoflop.sensitivity/1": Sensitivity,
    "isoflop.shape/1": Shape,
    "isoflop.sweep/1": Sweep,
}


def shown_name(path: str | os.PathLike[str]) -> str:
    """The name of a file for people; what of it is no Unicode is marked."""
    return os.fsencode(path).decode("utf-8", "replace")


def text_of(path: str | os.PathLike[str]) -> str:
    """A file as text.

    Raises
    ------
    DataError
        For one that is none.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        raise DataError(f"{shown_name(path)}: is no text in UTF-8") from None


def is_page(path: str) -> bool:
    """Whether a file of this name is a report."""
    return path.lower().endswith((".html", ".htm"))


def from_json(text: str, origin: str = "JSON") -> Result:
    """The result whose JSON this is; its kind follows from its format.

    Raises
    ------
    DataError
        For what is no JSON of isoflop.
    """
    text = _core.json_within(text, origin)
    try:
        data = json.loads(text)
    except ValueError as fault:
        raise DataError(f"{origin}: is no JSON: {fault}") from None
    name = data.get("format", "") if isinstance(data, dict) else ""
    _core.require_known_format(str(name), origin)
    kind = _KINDS.get(name, Result)
    if str(name).startswith(("isoflop.law/", "isoflop.formula/")):
        from ._law import Fit, Formula, Law

        kind = (
            Formula if str(name).startswith("isoflop.formula/") else Fit if "fit" in data else Law
        )
    if kind is Result and not (isinstance(data, dict) and "isoflop_version" in data):
        raise DataError(f"{origin}: is no outcome of isoflop")
    out = kind(text)
    out._parsed = data
    out._check(origin)
    out.usable = out._found_usable()
    return out
