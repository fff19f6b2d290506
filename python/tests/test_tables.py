"""Tables of any kind in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import isoflop
from conftest import GRID
from isoflop._frames import columns_of

COLUMNS: dict[str, list[Any]] = {
    "params": [100_000_000, 200_000_000, 400_000_000],
    "loss": [3.5, float("nan"), 3.1],
    "state": ["finished", "crashed", None],
}
WANTED = {**COLUMNS, "loss": [3.5, None, 3.1]}


def frames() -> list[Any]:
    out: list[Any] = [dict(COLUMNS), {k: np.array(v) for k, v in COLUMNS.items()}]
    out.append(
        [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
    )
    for name in ("pandas", "polars", "pyarrow"):
        try:
            module = __import__(name)
        except ImportError:
            continue
        make = module.table if name == "pyarrow" else module.DataFrame
        out.append(make(COLUMNS))
        if name == "polars":
            out.append(module.DataFrame(COLUMNS).lazy())
        if name == "pyarrow":
            out.append(Stream(make(COLUMNS)))
    return out


class Stream:
    """All that is known of it is that it exports Arrow."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("runs", frames(), ids=lambda x: type(x).__module__ + type(x).__name__)
def test_columns_of_any_frame(runs: Any) -> None:
    assert columns_of(runs) == WANTED


def test_structured_arrays_and_paths() -> None:
    rows = np.array([(1e8, 3.5), (2e8, 3.3)], dtype=[("n", "f8"), ("loss", "f4")])
    assert columns_of(rows)["n"] == [1e8, 2e8]
    assert columns_of("runs.csv") == "runs.csv"
    with pytest.raises(isoflop.InvalidArgument, match="is no path"):
        columns_of(7)
    with pytest.raises(isoflop.InvalidArgument, match="must be dicts"):
        columns_of([1, 2])


def test_infinity_is_refused_in_words() -> None:
    with pytest.raises(isoflop.DataError):
        isoflop.fit(
            {"n": [1e8, np.inf], "d": [1e9, 1e9], "loss": [3.0, 3.0]}, law="chinchilla", strict=True
        )


def test_expressions_of_columns_may_use_python_powers() -> None:
    pandas = pytest.importorskip("pandas")
    runs = pandas.read_csv(GRID)
    how: dict[str, Any] = {
        "law": "chinchilla",
        "loss": "loss_simulated",
        "bootstrap": 0,
        "starts": 20,
    }
    plain = isoflop.fit(runs, n="12*d_model*d_model*n_blocks", **how)
    powers = isoflop.fit(runs, n="12*d_model**2*n_blocks", **how)
    assert powers.coefficients == plain.coefficients
