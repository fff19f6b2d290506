"""Parquet, Arrow IPC and Feather: tables as they are, and the history of W&B by run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DataError
from ._run import FileReader, Found, History, Run, listed, needs

_BEGINNINGS = (b"PAR1", b"ARROW1", b"FEA1", b"\xff\xff\xff\xff")  # the last: an Arrow stream
_RUN_COLUMNS = ("run_id", "run", "run_name", "name")


def _sees(path: Path, head: bytes) -> bool:
    return head.startswith(_BEGINNINGS)


def _columns(path: Path) -> dict[str, list[Any]]:
    """Columns of a file, with inner objects as names with dots."""
    try:
        import pyarrow
        from pyarrow import feather, ipc, parquet
    except ImportError:
        raise needs("pyarrow", "pyarrow", "Parquet, Arrow and Feather") from None
    with path.open("rb") as file:
        head = file.read(4)
    try:
        if head == b"PAR1":
            table = parquet.ParquetFile(path).read()
        elif head == b"\xff\xff\xff\xff":
            with pyarrow.OSFile(str(path)) as stream:
                table = ipc.open_stream(stream).read_all()
        else:
            table = feather.read_table(str(path), memory_map=False)
    except (pyarrow.ArrowException, OSError) as fault:
        what = "Parquet" if head == b"PAR1" else "Arrow"
        first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise DataError(f"{path}: is no whole {what} file: {first}") from None
    while any(pyarrow.types.is_struct(column.type) for column in table.schema):
        table = table.flatten()
    twice = [name for name, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise DataError(f"{path}: has several columns of the same name: {listed(twice)}")
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _rows(columns: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _read(found: Found) -> list[Run]:
    """Of a history one run per run column, file or, where files are numbered, folder."""
    tables: list[Run] = []
    histories: dict[str, tuple[Path, History]] = {}
    for path in found.files:
        columns = _columns(path)
        if "_step" not in columns:
            tables += [Run("", str(path), facts=row) for row in _rows(columns)]
            continue
        column = next((name for name in _RUN_COLUMNS if name in columns), None)
        # The history artifact of W&B holds 0000.parquet, 0001.parquet, ...
        numbered = re.match(r"\d{4}\b|\d{4}_", path.stem) is not None
        own = found.name(path.parent if numbered else path)
        for row in (row for row in _rows(columns) if row["_step"] is not None):
            name = str(row.pop(column)) if column else own
            _, history = histories.setdefault(name, (path, History()))
            step = row.pop("_step")
            if not isinstance(step, (int, float)):
                raise DataError(f"{path}: column _step: {step!r} is no number")
            history.add(step, row)
    if tables and histories:
        raise DataError(
            f"{found.root}: holds tables of runs and histories of W&B (with a column _step); "
            "read them one by one"
        )
    if histories:
        found.log.notes.append("a column _step: the history of W&B")
    return tables or [
        Run(name, str(path), history=history) for name, (path, history) in histories.items()
    ]


READER = FileReader("arrow", "files of Parquet, Arrow and Feather", _sees, _read)
