"""What W&B exports as CSV: its table of runs, and a chart with a column per run."""

from __future__ import annotations

import csv
from pathlib import Path

from ..errors import DataError
from ._run import FileReader, Found, History, Run

_OF_A_RUN_TABLE = {"Name", "State"}, {"Created", "Runtime", "Notes", "Sweep"}


def _is_run_table(header: list[str]) -> bool:
    needed, usual = _OF_A_RUN_TABLE
    return needed <= set(header) and bool(usual & set(header))


def _is_chart(header: list[str]) -> bool:
    return any(name.endswith("__MIN") and name[:-5] in header for name in header)


def _sees(path: Path, head: bytes) -> bool:
    if path.suffix.lower() != ".csv" or b"\0" in head:
        return False
    header = _header(path)
    return _is_run_table(header) or _is_chart(header)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


def _read(found: Found) -> list[Run]:
    tables: list[Run] = []
    charts: dict[str, tuple[Path, History]] = {}
    for path in found.files:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header, *rows = csv.reader(file) or [[]]
        rows = [row for row in rows if row]
        for number, row in enumerate(rows, 2):
            if len(row) != len(header):
                raise DataError(f"{path}: row {number} has {len(row)} fields, not {len(header)}")
        if _is_run_table(header):
            found.log.notes.append("the table of runs of W&B: metrics as in its summaries")
            tables += [
                Run("", str(path), facts={k: v or None for k, v in zip(header, row, strict=True)})
                for row in rows
            ]
            continue
        found.log.notes.append(f'a chart of W&B along "{header[0]}"')
        for row in rows:
            _add(path, charts, header, row)
    if tables and charts:
        raise DataError(
            f"{found.root}: holds tables of runs and charts of W&B; read them one by one"
        )
    return tables or [
        Run(name, str(path), history=history) for name, (path, history) in charts.items()
    ]


def _add(
    path: Path, charts: dict[str, tuple[Path, History]], header: list[str], row: list[str]
) -> None:
    """One row of a chart: ``run - metric`` is the metric of a run, at the x of its first field."""
    try:
        step = float(row[0])
        for name, text in zip(header[1:], row[1:], strict=True):
            run, dash, metric = name.rpartition(" - ")
            if not dash or not text or metric.endswith(("__MIN", "__MAX")) or metric == "_step":
                continue
            _, history = charts.setdefault(run, (path, History()))
            history.add(step, {header[0]: step, metric: float(text)})
    except ValueError as fault:
        raise DataError(f"{path}: a field of the chart is no number: {fault}") from None


READER = FileReader("wandb-csv", "exports of W&B as CSV", _sees, _read)
