"""From the arguments of a function to the request of a verb, and to what comes back."""

from __future__ import annotations

import atexit
import functools
import json
import os
import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import _core
from ._progress import Bars, Report, reporter
from .errors import Notice

_COLUMN_KEYS = ("n", "d", "g", "e", "u", "s", "a", "c", "loss", "weight", "group")


class Shown(NamedTuple):
    """What a verb gave: JSON as --json prints it, the report, and what else it writes."""

    json: str
    text: str
    usable: bool
    more: dict[str, str]


@functools.cache
def _scratch_folder() -> str:
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="isoflop-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch_file(text: str) -> str:
    """A file of this text, while the process lives: a request names laws by their files."""
    import hashlib

    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = os.path.join(_scratch_folder(), f"{name}.json")
    if not os.path.exists(path):
        _core.write_file(path, text)
    return path


def value_of(value: Any) -> Any:
    """An argument as JSON has it."""
    if hasattr(value, "file_for_request"):
        return value.file_for_request()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {str(key): value_of(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value_of(each) for each in value]
    if hasattr(value, "tolist"):  # NumPy
        return value.tolist()
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value


def formula_text(text: str) -> str:
    """A formula as the library writes it: powers by ^."""
    return text.replace("**", "^")


def fields_of(verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The request; None is not said, and a name may end in _ where Python keeps it (from_)."""
    out: dict[str, Any] = {"verb": verb}
    for name, value in arguments.items():
        if value is not None:
            out[name.rstrip("_")] = value_of(value)
    return out


def with_columns(fields: dict[str, Any]) -> dict[str, Any]:
    """The same for a verb that reads runs: n="params" is column={"n": "params"}."""
    columns = fields.pop("column", {})
    if not isinstance(columns, dict):  # as on the command line: "n=params"
        pairs = [columns] if isinstance(columns, str) else columns
        columns = {name: column or name for name, _, column in (p.partition("=") for p in pairs)}
    for key in _COLUMN_KEYS:
        if key in fields:
            columns[key] = fields.pop(key)
    table = fields.get("file")
    known = table if isinstance(table, dict) else {}
    for key, column in columns.items():
        if isinstance(column, str) and column not in known:
            columns[key] = formula_text(column)
    if columns:
        fields["column"] = columns
    return fields


def warn(texts: list[str]) -> None:
    """Notices of the library, as Python shows them."""
    for text in texts:
        warnings.warn(text, Notice, stacklevel=4)


def call(fields: Mapping[str, Any], progress: bool | Report | None) -> Shown:
    """Asks the library for a verb with its report."""
    report = reporter(progress)
    try:
        text = json.dumps(fields, ensure_ascii=False)
        out, shown, usable, more, notices = _core.call(text, report)
    finally:
        if isinstance(report, Bars):
            report.close()
    warn(notices)
    return Shown(out, shown, usable, dict(more))
