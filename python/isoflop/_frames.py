"""Tables of any kind in, as columns of numbers or texts; columns out, as the frames people have."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from .errors import InvalidArgument

Cells = list[Any]


def columns_of(runs: Any) -> str | dict[str, Cells]:
    """What stands for the runs in a request.

    Parameters
    ----------
    runs : str, os.PathLike, Runs, mapping, sequence of mappings, structured array or data frame
        A path is returned as it is. Data frames are those that narwhals knows (pandas, Polars,
        PyArrow, Modin, …), lazy ones are collected, and any object with ``__arrow_c_stream__``.

    Returns
    -------
    str or dict of str to list
        Columns of equal length. What is missing is None.
    """
    if isinstance(runs, (str, os.PathLike)):
        return os.fspath(runs)
    if hasattr(runs, "to_columns"):
        runs = runs.to_columns()
    if isinstance(runs, Mapping):
        return _named_apart((name, _column(name, values)) for name, values in runs.items())
    if isinstance(runs, Sequence):
        return _of_rows(runs)
    names = getattr(getattr(runs, "dtype", None), "names", None)
    if names:
        return {name: _cells(runs[name]) for name in names}
    return _of_frame(runs)


def _named_apart(columns: Iterable[tuple[Any, Cells]]) -> dict[str, Cells]:
    """By the text of their names."""
    out: dict[str, Cells] = {}
    for name, cells in columns:
        if str(name) in out:
            raise InvalidArgument(f'file=: has two columns "{name}"', "file")
        out[str(name)] = cells
    return out


def _column(name: Any, values: Any) -> Cells:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise InvalidArgument(
            f'file=: column "{name}" is a {type(values).__name__}, not a list of values', "file"
        )
    return _cells(values)


def _of_rows(rows: Sequence[Any]) -> dict[str, Cells]:
    if not all(isinstance(row, Mapping) for row in rows):
        raise InvalidArgument("file=: the rows of a list must be dicts", "file")
    names = dict.fromkeys(str(name) for row in rows for name in row)
    return {name: _cells([row.get(name) for row in rows]) for name in names}


def _of_frame(runs: Any) -> dict[str, Cells]:
    import narwhals as nw

    def refused(why: str) -> InvalidArgument:
        return InvalidArgument(f"file=: {why}", "file")

    try:
        frame = nw.from_native(runs)
    except nw.exceptions.DuplicateError as fault:
        raise refused(f"has columns of the same name: {fault}") from None
    except TypeError:
        is_column = hasattr(runs, "to_frame")
        if is_column or not hasattr(runs, "__arrow_c_stream__"):
            raise refused(
                f"this {type(runs).__name__} is no path, mapping, list of dicts or data frame"
            ) from None
        frame = nw.from_arrow(runs, backend=_installed_backend())
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return _named_apart(zip(frame.columns, map(_cells, frame.iter_columns()), strict=True))


def _cells(values: Any) -> Cells:
    """Numbers, texts and None; whatever else becomes its text."""
    dtype = getattr(values, "dtype", None)
    # Not so of the integers of pandas that may be missing.
    if type(dtype).__module__.startswith("numpy") and getattr(dtype, "kind", "") in ("i", "u"):
        return list(values.tolist())
    if hasattr(values, "to_list"):
        values = values.to_list()
    elif hasattr(values, "tolist"):
        values = values.tolist()
    return [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, numbers.Real):  # a NumPy scalar
        return int(value) if isinstance(value, numbers.Integral) else _cell(float(value))
    if getattr(value, "shape", None) == () and not hasattr(value, "to_list"):
        plain = value.item()
        return str(plain) if type(plain) is type(value) else _cell(plain)
    try:
        missing = bool(value != value)  # NaT
    except (TypeError, ValueError):  # pandas.NA, which equals nothing; an array
        missing = str(value) == "<NA>"
    return None if missing else str(value)


def _installed_backend() -> Literal["pandas", "polars", "pyarrow"]:
    from importlib.util import find_spec

    names: tuple[Literal["pandas", "polars", "pyarrow"], ...] = ("pandas", "polars", "pyarrow")
    for name in names:
        if find_spec(name) is not None:
            return name
    raise ImportError("a data frame needs one of pandas, polars and pyarrow")


def frame_of(columns: Mapping[str, Cells], backend: str | None = None) -> Any:
    """A data frame of these columns.

    Parameters
    ----------
    columns : mapping of str to list
        Of equal length.
    backend : {"pandas", "polars", "pyarrow"}, optional
        The first of them that is installed where it is not said.
    """
    name = backend or _installed_backend()
    if name == "pandas":
        import pandas

        return pandas.DataFrame(dict(columns))
    if name == "polars":
        import polars

        return polars.DataFrame(dict(columns), strict=False)
    if name == "pyarrow":
        import pyarrow

        return pyarrow.table({name: _arrow(values) for name, values in columns.items()})
    raise InvalidArgument(f'backend=: "{name}" is none of pandas, polars, pyarrow', "backend")


def _arrow(values: Cells) -> Any:
    """Where values are of several types, as texts."""
    import pyarrow

    try:
        return pyarrow.array(values)
    except pyarrow.ArrowException:
        return pyarrow.array([None if value is None else str(value) for value in values])


def shown(value: Any) -> str:
    """A cell for people."""
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def text_of(columns: Mapping[str, Cells]) -> str:
    """Columns side by side, for a terminal; nothing where there are none."""
    if not columns:
        return ""
    cells = {name: [shown(value) for value in values] for name, values in columns.items()}
    widths = {name: max(len(name), *map(len, values)) for name, values in cells.items()}
    lines = ["  ".join(name.rjust(widths[name]) for name in cells)]
    for row in zip(*cells.values(), strict=True):
        lines.append("  ".join(x.rjust(widths[k]) for k, x in zip(cells, row, strict=True)))
    return "\n".join(lines)


def html_of(columns: Mapping[str, Cells]) -> str:
    """The same as a table of a notebook."""
    import html

    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(shown(x))}</td>" for x in row) + "</tr>"
        for row in zip(*columns.values(), strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
