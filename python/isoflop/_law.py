"""Laws with coefficients: published ones, fits, and formulas of one's own."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _core, _request, _results
from ._pictures import LawPlots
from .errors import DataError, InvalidArgument

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

_VARIABLES = ("N", "D", "G", "E", "U", "S", "A", "C")
_FUNCTIONS = ("exp", "log", "ln", "log2", "log10", "sqrt", "tanh", "abs", "min", "max")


def _numbers(values: Any, key: str) -> Array:
    """As float64; what a mask hides is NaN."""
    import numpy

    given = values if hasattr(values, "dtype") else numpy.asarray(values)
    kind = getattr(given.dtype, "kind", "f")
    if kind in "cmM":
        raise InvalidArgument(f"{key}= holds {given.dtype}, not numbers", key)
    if isinstance(given, numpy.ma.MaskedArray):
        return numpy.ma.filled(given.astype(numpy.float64), numpy.nan)
    return numpy.asarray(given, dtype=numpy.float64)


class Prediction:
    """What a law predicts of runs.

    Attributes
    ----------
    mean : ndarray
        What the law gives, in the shape of the broadcast arguments: the loss in nats per token, or
        its other target.
    interval, new_run : ndarray, shape (..., 2), or None
        Ends of the 95 % interval of the curve, and of the loss of a new run, which scatters about
        the curve as the runs behind the law did. None where the law has no draws, or no scatter.
    extrapolates : list of str
        Symbols of what leaves the range of the runs behind the law, somewhere.
    """

    def __init__(
        self,
        mean: Array,
        interval: Array | None,
        new_run: Array | None,
        extrapolates: list[str],
    ) -> None:
        self.mean = mean
        self.interval = interval
        self.new_run = new_run
        self.extrapolates = extrapolates

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        ends = {"interval": self.interval, "new_run": self.new_run}
        return {
            "mean": self.mean.tolist(),
            **{key: None if value is None else value.tolist() for key, value in ends.items()},
            "extrapolates": list(self.extrapolates),
        }

    def to_columns(self) -> dict[str, list[Any]]:
        """One row per run, in C order."""
        out: dict[str, list[Any]] = {"mean": self.mean.ravel().tolist()}
        for key, value in (("interval", self.interval), ("new_run", self.new_run)):
            if value is not None:
                ends = value.reshape(-1, 2)
                out[f"{key}_low"], out[f"{key}_high"] = ends[:, 0].tolist(), ends[:, 1].tolist()
        return out

    def to_frame(self, backend: str | None = None) -> Any:
        """The same as a data frame of pandas, Polars or PyArrow."""
        from ._frames import frame_of

        return frame_of(self.to_columns(), backend)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prediction) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        columns = self.to_columns()
        lines = ["  ".join(name.rjust(14) for name in columns)]
        for row in list(zip(*columns.values(), strict=True))[:20]:
            lines.append("  ".join(f"{x:14.6g}" for x in row))
        if self.mean.size > 20:
            lines.append(f"… {self.mean.size - 20} more")
        if self.extrapolates:
            lines.append(f"beyond the runs behind this law in {', '.join(self.extrapolates)}")
        return "\n".join(lines)


class Law(_results.Result):
    """A law with its coefficients.

    Its JSON is a law file (isoflop.law/2), which the command line reads.

    Attributes
    ----------
    variables : tuple of str
        The arguments of a call: "n", "d", …
    coefficients : dict of str to float
        By name, in the law's units.
    """

    _source: str | None = None  # the file that it is in
    _published: str | None = None  # its name among those that ship
    _core_law: Any = None

    _needs = ("coefficients",)

    @property
    def _asked(self) -> _core.LawCore:
        if self._core_law is None:
            self._core_law = _core.LawCore.parse(self._json, self._name())
        law: _core.LawCore = self._core_law
        return law

    def _name(self) -> str:
        known = self._published or self._source
        return str(self._data.get("name") or known or self._data.get("law") or "law")

    def file_for_request(self) -> str:
        """The name of a published law, or the path of a file of this law: what a request takes."""
        if self._published is not None and not os.path.exists(self._published):
            return self._published
        if self._source is not None and self._is_in(self._source):
            # A word that may be the name of a published law stands for that.
            is_word = os.sep not in self._source and "." not in self._source
            return os.path.join(".", self._source) if is_word else self._source
        return _request.scratch_file(self._json)

    def _is_in(self, path: str) -> bool:
        """Whether a file is, still and from here, that of this law."""
        try:
            text = _results.text_of(path)
        except (OSError, DataError):
            return False
        return text == self._json and _request.is_unicode(path)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self._asked.variables)

    @property
    def coefficients(self) -> dict[str, float]:
        return dict(self._data["coefficients"])

    @property
    def draws(self) -> Array | None:
        """Coefficients refitted to resampled runs, shape (num_draws, num_coefficients).

        The order is that of `coefficients`. None where the law has none.
        """
        import numpy

        draws = self._data.get("draws")
        rows = draws.get("bootstrap") if isinstance(draws, dict) else None
        return None if not rows else numpy.array(rows, dtype=float)

    def _columns(self, values: Mapping[str, Any]) -> tuple[list[str], list[Array], Any]:
        import numpy

        keys = list(self._asked.variables)
        for key in values:
            if key not in keys:
                raise InvalidArgument(f"{key}= is no variable of the law: {', '.join(keys)}", key)
        for key in keys:
            if key not in values:
                raise InvalidArgument(f"the law {self._name()} needs {key}=", key)
        arrays = numpy.broadcast_arrays(*(_numbers(values[key], key) for key in keys))
        columns = [numpy.ascontiguousarray(each).ravel() for each in arrays]
        return keys, columns, arrays[0].shape

    def __call__(self, *args: ArrayLike, **variables: ArrayLike) -> Array:
        """What the law gives, by broadcasting.

        Parameters
        ----------
        *args, **variables : array_like
            Values of its `variables`, in their order or by name, as the law counts them.

        Returns
        -------
        ndarray
            The loss in nats per token (or the law's other target); NaN where a value is none.
        """
        _, columns, shape = self._columns(self._named(args, variables))
        return self._asked.values(columns, "")[0].reshape(shape)

    def gradient(
        self, *args: ArrayLike, of: str = "variables", **variables: ArrayLike
    ) -> dict[str, Array]:
        """Slopes of what the law gives, exact.

        Parameters
        ----------
        *args, **variables : array_like
            As in a call.
        of : {"variables", "coefficients"}
            With respect to what; something else is an InvalidArgument.

        Returns
        -------
        dict of str to ndarray
            d loss / d variable or coefficient, each in its own units.
        """
        if not of:
            raise InvalidArgument("of= is neither variables nor coefficients", "of")
        keys, columns, shape = self._columns(self._named(args, variables))
        slopes = self._asked.values(columns, of)[1]
        names = keys if of == "variables" else list(self.coefficients)
        return {name: slopes[:, i].reshape(shape) for i, name in enumerate(names)}

    def _named(self, args: Sequence[Any], values: Mapping[str, Any]) -> dict[str, Any]:
        keys = self._asked.variables
        if len(args) > len(keys):
            raise InvalidArgument(f"the law has {len(keys)} variables: {', '.join(keys)}")
        out = dict(zip(keys, args, strict=False))
        for key in values:
            if key in out:
                raise InvalidArgument(f"{key}= is given twice", key)
        return {**out, **values}

    def predict(self, *, accept_unconverged: bool = False, **variables: ArrayLike) -> Prediction:
        """What the law predicts of runs, with intervals, by broadcasting.

        Parameters
        ----------
        accept_unconverged : bool
            Use a fit that did not converge.
        **variables : array_like
            Values of its `variables`, as the law counts them.
        """
        import numpy

        keys, columns, shape = self._columns(variables)
        mean, low, high, new_low, new_high, outside = self._asked.predict(
            self._name(), keys, columns, accept_unconverged
        )

        def ends(lower: Array, upper: Array) -> Array | None:
            out = numpy.stack([lower, upper], axis=-1)
            return None if numpy.isnan(out).all() else out.reshape((*shape, 2))

        return Prediction(mean.reshape(shape), ends(low, high), ends(new_low, new_high), outside)

    def plan(self, **options: Any) -> _results.Plan:
        """`isoflop.plan` by this law."""
        from ._verbs import plan

        return plan(self, **options)

    def frontier(self, **options: Any) -> _results.Frontier:
        """`isoflop.frontier` by this law."""
        from ._verbs import frontier

        return frontier(self, **options)

    def granularity(self, **options: Any) -> _results.Granularity:
        """`isoflop.granularity` by this law."""
        from ._verbs import granularity

        return granularity(self, **options)

    def next_runs(self, **options: Any) -> _results.NextRuns:
        """`isoflop.next_runs` by this law."""
        from ._verbs import next_runs

        return next_runs(self, **options)

    def sweep(self, **options: Any) -> _results.Sweep:
        """`isoflop.sweep` by this law."""
        from ._verbs import sweep

        return sweep(self, **options)

    @property
    def plot(self) -> LawPlots:
        """Pictures by matplotlib: loss(), isoflop(), residuals(), frontier(), profile(), …."""
        return LawPlots(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the law file; the command line reads it, and outcomes name it as theirs."""
        super().save(path)
        self._source, self._published = os.fspath(path), None

    def _rows(self) -> list[dict[str, Any]]:
        intervals = self._data.get("intervals") or {}
        out = []
        for name, value in self._data["coefficients"].items():
            low, high = intervals.get(name, (None, None))
            out.append({"coefficient": name, "value": value, "low": low, "high": high})
        return out

    def __str__(self) -> str:
        if self._text is None:
            asked = {"verb": "laws", "name": self.file_for_request()}
            self._text = _request.call(asked, False).text
        return self._text.rstrip("\n")

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"_source": self._source, "_published": self._published})


class Fit(Law):
    """The law behind a table of finished runs, with everything that there is to say of the fit.

    Attributes
    ----------
    verdict : str
        Whether it may be relied on; `fit.reasons` says why it is not better.
    """

    def _found_usable(self) -> bool:
        section = self._data["fit"] or {}
        return section.get("status") == "converged" and section.get("verdict") != "failed"

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            section = self._data.get("fit", {})
            if name in section and name not in self._data:
                return _results.view(section[name])
        return super().__getattr__(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data.get("fit", {})]

    def interval(self, coefficient: str) -> Array:
        """The 95 % interval of a coefficient, shape (2,); NaN where there are no draws."""
        import numpy

        if coefficient not in self._data["coefficients"]:
            known = ", ".join(self._data["coefficients"])
            raise InvalidArgument(f'"{coefficient}" is no coefficient; there are: {known}')
        ends = (self._data.get("intervals") or {}).get(coefficient, [None, None])
        return numpy.array(ends, dtype=float)

    def report(self, profile: bool = False) -> str:
        """The report of the command line; with profile likelihood intervals if asked for."""
        if not profile:
            return str(self)
        return self._extra("profile").rstrip("\n")


class Formula(_results.Result):
    """A law as text, without coefficients: what a fit takes. `isoflop.formula` makes one."""

    _needs = ("expression",)

    def file_for_request(self) -> str:
        """The path of a file of this formula, which lives as long as the process."""
        return _request.scratch_file(self._json)

    @property
    def expression(self) -> str:
        return str(self._data["expression"])

    def _summary(self) -> str:
        return self.expression


def formula(
    expression: str,
    *,
    variables: Iterable[str] | Mapping[str, str] | None = None,
    coefficients: Iterable[str] | Mapping[str, Mapping[str, Any]] | None = None,
    name: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Formula:
    """A law of one's own.

    Parameters
    ----------
    expression : str
        The loss in nats per token, such as ``"E + A/N**alpha + B/D**beta"``; a power is written
        ``**`` or ``^``. What stands before an equals sign is left out.
    variables : iterable or mapping, optional
        Its variables among N, D, G, E, U, S, A, C, or what each of its names is. If not given,
        those of N, D, G, U, S and C that it names.
    coefficients : iterable or mapping, optional
        Its coefficients, or for each "bounds", "start", "scale" and "meaning" as far as they are to
        be said. If not given, all other names.
    name, source, note : str, optional
        For people.
    """
    text = _request.formula_text(expression.rpartition("=")[2].strip())
    names = dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text))
    if variables is None:
        # E and A are coefficients in most formulas.
        variables = [v for v in names if v in _VARIABLES and v not in "EA"]
    meant = dict(variables) if isinstance(variables, Mapping) else {v: v.lower() for v in variables}
    if coefficients is None:
        coefficients = [c for c in names if c not in meant and c not in _FUNCTIONS]
    if not isinstance(coefficients, Mapping):
        coefficients = {c: {} for c in coefficients}
    texts = {"name": name, "source": source, "note": note}
    data: dict[str, Any] = {
        "format": "isoflop.formula/1",
        **{key: value for key, value in texts.items() if value is not None},
        "expression": text,
        "variables": meant,
        "coefficients": _request.value_of(coefficients),
    }
    return Formula(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def law(word: str | os.PathLike[str]) -> Law:
    """A published law by its name, or that of a law file.

    Parameters
    ----------
    word : str or os.PathLike
        ``isoflop.laws()`` lists the names.

    Returns
    -------
    Law
        A `Fit` where the file is that of a fit.

    Raises
    ------
    DataError
        Where it is neither, naming the nearest published law.
    """
    name = os.fspath(word)
    if os.path.isfile(name):
        out = read(name)
    else:
        shown = _request.ask("laws", False, {"name": name})
        out = _results.from_json(shown.json, name) if _is_law(shown.json) else _results.Result("{}")
        out._text = shown.text
    if not isinstance(out, Law):
        raise DataError(f"{_results.shown_name(name)}: is no law with coefficients")
    if out._source is None:
        out._published = name
    return out


def _is_law(text: str) -> bool:
    return str(json.loads(text).get("format", "")).startswith("isoflop.law/")


def read(path: str | os.PathLike[str]) -> Any:
    """What `save`, or the command line's --json or -o, wrote: a law, a plan, …

    Raises
    ------
    DataError
        For a file that is no outcome of isoflop.
    """
    name = os.fspath(path)
    out = _results.from_json(_results.text_of(name), _results.shown_name(name))
    if isinstance(out, Law):
        out._source = name
    return out


def save(result: _results.Result, path: str | os.PathLike[str]) -> None:
    """Writes the JSON of a result: ``result.save(path)``."""
    result.save(path)
