"""What `isoflop.read_runs` gives."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from .. import _frames
from .._results import Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHOWN_ROWS, _SHOWN_COLUMNS = 10, 8


@dataclass(repr=False)
class Runs:
    """A table of training runs, which `isoflop.fit` and the other verbs take.

    ``runs["loss"]`` is a column, ``runs[0]`` a row, ``len(runs)`` the number of rows.

    Attributes
    ----------
    read_as : tuple of str
        What was decided: which metric is the loss, and which of its values.
    left_out : tuple of (str, str)
        Files and runs that are not in the table, each with the reason.
    """

    _columns: dict[str, list[Any]]
    read_as: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    @overload
    def __getitem__(self, key: str) -> NDArray[np.float64] | list[Any]: ...
    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> Runs: ...
    def __getitem__(self, key: str | int | slice) -> Any:
        """A column by its name, an array where it holds numbers (NaN is missing); a row; rows."""
        if isinstance(key, str):
            if key not in self._columns:
                raise KeyError(f"there is no column {key}; there are: {', '.join(self._columns)}")
            return _array(self._columns[key])
        if isinstance(key, slice):
            rows = {name: values[key] for name, values in self._columns.items()}
            return Runs(rows, self.read_as, self.left_out)
        return Row({name: values[key] for name, values in self._columns.items()})

    def __iter__(self) -> Iterator[Row]:
        return (self[index] for index in range(len(self)))

    def to_columns(self) -> dict[str, list[Any]]:
        """Columns of equal length; None is missing."""
        return {name: list(values) for name, values in self._columns.items()}

    def to_frame(self, backend: str | None = None) -> Any:
        """A data frame of pandas, Polars or PyArrow; the first that is installed."""
        return _frames.frame_of(self._columns, backend)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame."""
        return self.to_frame("pandas")

    def to_polars(self) -> Any:
        """A polars.DataFrame."""
        return self.to_frame("polars")

    def _said(self) -> list[str]:
        lines = [f"{len(self)} row{'' if len(self) == 1 else 's'}, {len(self._columns)} columns"]
        lines += [f"  read as   {note}" for note in self.read_as]
        for why, count in Counter(why for _, why in self.left_out).items():
            first = next(path for path, other in self.left_out if other == why)
            what = first if count == 1 else f"{first} and {count - 1} more"
            lines.append(f"  left out  {what}: {why}")
        return lines

    def _shown(self) -> dict[str, list[Any]]:
        names = list(self._columns)[:_SHOWN_COLUMNS]
        return {name: self._columns[name][:_SHOWN_ROWS] for name in names}

    def _not_shown(self) -> str:
        rows, columns = len(self) - _SHOWN_ROWS, list(self._columns)[_SHOWN_COLUMNS:]
        more = [f"{rows} more rows"] if rows > 0 else []
        if columns:
            more.append("columns " + ", ".join(columns[:20]))
            more[-1] += f" and {len(columns) - 20} more" if len(columns) > 20 else ""
        return "; ".join(more)

    def __repr__(self) -> str:
        table = _frames.text_of(self._shown())
        return "\n".join(part for part in [*self._said(), table, self._not_shown()] if part)

    def _repr_html_(self) -> str:
        head = "<br>".join(html.escape(line.strip()) for line in self._said())
        more = html.escape(self._not_shown())
        return f"<p>{head}</p>{_frames.html_of(self._shown())}<p>{more}</p>"


def _array(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known or any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in known):
        return list(values)
    import numpy

    return numpy.array([float("nan") if v is None else v for v in values], dtype=float)
