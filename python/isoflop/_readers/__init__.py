"""What only Python reads: runs as trainers and trackers leave them.

A reader is one module with a READER, and one line in the list here.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import DataError, InvalidArgument
from . import arrow, huggingface, megatron, mlflow, tensorboard, wandb, wandb_csv
from ._collect import Choice, rows_of
from ._run import FileReader, Found, Log, Run, SourceReader
from ._table import Runs

__all__ = ["READERS", "Runs", "read_runs"]

READERS: tuple[FileReader | SourceReader, ...] = (
    arrow.READER,
    tensorboard.READER,
    huggingface.READER,
    mlflow.READER,
    wandb_csv.READER,
    wandb.READER,
    megatron.READER,
)
_OF_FILES = tuple(reader for reader in READERS if isinstance(reader, FileReader))
_OF_SOURCES = tuple(reader for reader in READERS if isinstance(reader, SourceReader))
_READ_BY_FIT = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".md", ".gz")


def read_runs(
    source: Any,
    *,
    loss: str | None = None,
    rule: str | None = None,
    window: int | None = None,
    per: str = "run",
    format: str | None = None,
) -> Runs:
    """Runs as trainers and trackers leave them, as a table for `fit` and the other verbs.

    Parameters
    ----------
    source : path, str, wandb Run or Runs, or a list of them
        A file, or a folder that holds the files of many runs: Parquet, Arrow and Feather, event
        files of TensorBoard, trainer_state.json of Hugging Face, logs of Megatron-LM, folders of
        MLflow, exports of W&B. Or runs of the API of W&B: ``"wandb:entity/project"``,
        ``"wandb:entity/project/run"``, their addresses, or ``wandb.Api().runs(...)``.
    loss : str, optional
        The metric that becomes the column loss, as it was logged. The only one that is called a
        loss if not said.
    rule : {"last", "best", "smoothed"}, optional
        Which of its values stands for a run: the last one (default), the lowest one, or the mean of
        the last `window` ones. Other metrics are the last ones up to its step.
    window : int, optional
        How many logged values are averaged, 50 if not said.
    per : {"run", "checkpoint"}
        One row per run, or one for each logged value of the loss.
    format : str, optional
        The kind of file, where a folder holds several or one is not recognised: arrow, tensorboard,
        huggingface, mlflow, wandb-csv, megatron.

    Returns
    -------
    Runs
        Columns run, state, step and loss, the other metrics, the configuration of the runs and
        their path; of a table its own columns. ``read_as`` says what was decided.

    Raises
    ------
    DataError
        For a file that is not what it should be, and where several metrics may be the loss.
    InvalidArgument
        For a loss, rule or format that there is not.

    Examples
    --------
    >>> runs = isoflop.read_runs("sweep/", loss="eval/loss")  # doctest: +SKIP
    >>> isoflop.fit(runs, law="chinchilla", n="n_params", d="tokens")  # doctest: +SKIP
    """
    choice = Choice(loss, rule, window, per)
    reader = _named(format)
    log = Log()
    runs: list[Run] = []
    for each in source if isinstance(source, (list, tuple)) else [source]:
        runs += _runs_of(each, reader, log)
    if not runs:
        where = f"{source}: " if isinstance(source, (str, os.PathLike)) else ""
        raise DataError(f"{where}holds no runs" + _reasons(log))
    _name_apart(runs)
    rows = rows_of(runs, choice, log)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    kept = {name: values for name, values in columns.items() if any(v is not None for v in values)}
    for name in ("loss", "ppl"):
        if name in columns:
            kept.setdefault(name, columns[name])
    return Runs(kept, tuple(dict.fromkeys(log.notes)), tuple(log.left_out))


def _named(format: str | None) -> FileReader | None:
    for reader in _OF_FILES:
        if reader.name == format:
            return reader
    if format is not None:
        names = ", ".join(reader.name for reader in _OF_FILES)
        raise InvalidArgument(f'format=: "{format}" is none of {names}', "format")
    return None


def _runs_of(source: Any, reader: FileReader | None, log: Log) -> list[Run]:
    for other in _OF_SOURCES:
        if other.takes(source):
            log.notes.append(other.what)
            return other.read(source, log)
    if not isinstance(source, (str, os.PathLike)):
        raise InvalidArgument(
            f"source=: {type(source).__name__} is no path and no run of W&B; data frames go to "
            "isoflop.fit as they are",
            "source",
        )
    path = Path(source)
    if path.is_file():
        reader, found = reader or _reader_of(path), Found(path, [path], log)
    elif path.is_dir():
        reader, found = _files_of(path, reader, log)
    else:
        raise DataError(f"{source}: there is no such file or folder{_hint(str(source))}")
    log.notes.append(reader.what)
    runs = sorted(reader.read(found), key=lambda run: _natural(run.name))
    log.left_out += [(str(other), f"is none of {reader.what}") for other in sorted(found.others)]
    return runs


def _natural(name: str) -> list[tuple[str, int]]:
    """Sorts 9M before 10M; a table's rows, which have no names, stay as they are."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", name)]


def _hint(source: str) -> str:
    parts = source.split("/")
    looks = len(parts) in (2, 3) and all(parts) and not parts[0].startswith(".")
    return f"; runs of W&B are written wandb:{source}" if looks else ""


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _seeing(path: Path, readers: Iterable[FileReader]) -> FileReader | None:
    head = _head(path)
    return next((reader for reader in readers if head and reader.sees(path, head)), None)


def _kinds() -> str:
    return ", ".join(reader.what for reader in _OF_FILES)


def _reader_of(path: Path) -> FileReader:
    found = _seeing(path, _OF_FILES)
    if found is not None:
        return found
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty")
    if path.suffix.lower() in _READ_BY_FIT:
        raise DataError(f"{path}: is a table that isoflop.fit reads by its path, or none at all")
    raise DataError(f"{path}: is of no known kind ({_kinds()}); format= says which")


def _files_of(folder: Path, asked: FileReader | None, log: Log) -> tuple[FileReader, Found]:
    """The files of one kind below a folder; hidden ones are not looked at."""
    kinds: dict[str, tuple[FileReader, list[Path]]] = {}
    others: set[Path] = set()
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(where, name) for name in sorted(files) if not name.startswith(".")):
            reader = _seeing(path, (asked,) if asked else _OF_FILES) if path.is_file() else None
            if reader is None:
                others.add(path)
            else:
                kinds.setdefault(reader.name, (reader, []))[1].append(path)
    if not kinds:
        what = asked.what if asked else _kinds()
        held = f"{len(others)} other files" if others else "no files at all"
        raise DataError(f"{folder}: holds {held}, and none of: {what}")
    if len(kinds) > 1:
        words = ", ".join(f"{len(files)} of {name}" for name, (_, files) in kinds.items())
        raise DataError(
            f'{folder}: holds files of several kinds ({words}); say format="{next(iter(kinds))}" '
            "or another of them"
        )
    ((reader, read),) = kinds.values()
    return reader, Found(folder, read, log, others)


def _reasons(log: Log) -> str:
    return "".join(f"; {path} {why}" for path, why in log.left_out[:3])


def _name_apart(runs: list[Run]) -> None:
    """Runs of the same name get what tells them apart behind it."""
    counts = Counter(run.name for run in runs)
    for run in runs:
        if run.name and counts[run.name] > 1:
            run.name = f"{run.name} ({run.path})"
