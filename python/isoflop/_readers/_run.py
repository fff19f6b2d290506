"""What a reader makes of what it reads: runs with their configuration and the history of their
metrics."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

from ..errors import DataError

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class History:
    """Metrics by step: for each, its steps in rising order and its values.

    A step that is not beyond the last one of its metric begins again from there: what was logged
    between the checkpoint of a restart and the crash counts no more.
    """

    def __init__(self) -> None:
        self.series: dict[str, tuple[list[float], list[float]]] = {}

    def add(self, step: float, values: Mapping[str, Any]) -> None:
        """What was logged at a step; only numbers count, NaN among them."""
        for name, value in values.items():
            number = _NOT_FINITE.get(value) if isinstance(value, str) else value
            if isinstance(number, (Real, Decimal)) and not isinstance(number, (int, float)):
                number = float(number)
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                continue
            steps, numbers = self.series.setdefault(name, ([], []))
            while steps and steps[-1] >= step:
                steps.pop()
                numbers.pop()
            steps.append(step)
            numbers.append(number)

    def at(self, name: str, step: float) -> float | None:
        """The last value at or before a step."""
        steps, values = self.series.get(name, ([], []))
        index = bisect_right(steps, step)
        return values[index - 1] if index else None

    @property
    def last_step(self) -> float | None:
        return max((steps[-1] for steps, _ in self.series.values()), default=None)


@dataclass
class Run:
    """One training run.

    Attributes
    ----------
    name, path : str
        As its folder or tracker calls it; where it was read.
    state : str, optional
        The word of its tracker, such as ``finished`` or ``crashed``.
    facts : dict
        What does not change within the run: its configuration, flat.
    history : History
        Empty for a row of a table.
    load : callable, optional
        Gives the whole history where getting it takes long; until then `history` holds but the
        last value of each metric, as the tracker keeps them.
    """

    name: str
    path: str = ""
    state: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    history: History = field(default_factory=History)
    load: Callable[[], History] | None = None

    def load_history(self) -> None:
        if self.load is not None:
            self.history, self.load = self.load(), None


@dataclass
class Log:
    """What a reader decided: notes, and what it left out with the reason."""

    notes: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Found:
    """What a reader is to read: files below a root.

    ``others`` are the files there that are of no kind it reads; it takes out those that it uses.
    """

    root: Path
    files: list[Path]
    log: Log
    others: set[Path] = field(default_factory=set)

    def name(self, path: Path) -> str:
        """A file or folder as the run is called: relative to the root, without a suffix."""
        if path == self.root or self.root.is_file():
            path = path.resolve()
            return path.stem if path.is_file() else path.name
        inner = path.relative_to(self.root)
        return (inner.with_suffix("") if path.is_file() else inner).as_posix()


@dataclass(frozen=True)
class FileReader:
    """One kind of file.

    Attributes
    ----------
    name : str
        As ``format=`` has it.
    what : str
        What it reads, in the plural.
    sees : callable
        Whether a file is of this kind, from its path and its first 4096 bytes.
    read : callable
        The runs in files of this kind, or, of a table, a Run of facts alone for each row.
    """

    name: str
    what: str
    sees: Callable[[Path, bytes], bool]
    read: Callable[[Found], list[Run]]


@dataclass(frozen=True)
class SourceReader:
    """One kind of source that is no file: whether an object or a text is one, and its runs."""

    name: str
    what: str
    takes: Callable[[Any], bool]
    read: Callable[[Any, Log], list[Run]]


def flat(values: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Inner objects as names with dots, lists as JSON."""
    out: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out.update(flat(value, f"{name}."))
        elif isinstance(value, (list, tuple)):
            out[name] = json.dumps(value, default=str)
        else:
            out[name] = value
    return out


def text_of(path: Path) -> str:
    """A file as text."""
    return path.read_text(encoding="utf-8", errors="replace")


def needs(package: str, extra: str, what: str) -> DataError:
    """The one line of a package that is not installed."""
    return DataError(f"{what} need the package {package}: pip install 'isoflop[{extra}]'")


def listed(words: Iterable[str], most: int = 8) -> str:
    """Names in quotes, of many the first."""
    names = [f'"{word}"' for word in words]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
