"""From the arguments of a function to the request of a verb, and to what comes back."""

from __future__ import annotations

import atexit
import decimal
import functools
import json
import math
import numbers
import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from . import _core
from ._progress import Bars, Report, reporter
from .errors import InvalidArgument, Notice

_COLUMN_KEYS = ("n", "d", "g", "e", "u", "s", "a", "c", "loss", "weight", "group")


class Shown(NamedTuple):
    """What a verb gave: JSON as --json prints it, the report, and what else it writes."""

    json: str
    text: str
    usable: bool
    more: dict[str, str]


@functools.cache
def _scratch_folder(process: int) -> str:
    """One of each process: what a fork inherits is its parent's to delete."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="isoflop-")

    def remove() -> None:
        if os.getpid() == process:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def scratch_file(text: str) -> str:
    """A file of this text, while the process lives: a request names laws by their files."""
    import hashlib

    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = _scratch_folder(os.getpid())
    path = os.path.join(folder, f"{name}.json")
    if not os.path.exists(path):
        os.makedirs(folder, mode=0o700, exist_ok=True)  # somebody may have tidied up
        write_file(path, text)
    return path


def write_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Writes a file beside and renames it: one of this name is never half of one."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise ValueError("embedded null byte in a file name")
    _core.write_file(name, content)


def is_unicode(text: str) -> bool:
    """Not so of the name of a file whose bytes are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def value_of(value: Any, field: str = "") -> Any:
    """An argument as JSON has it.

    Raises
    ------
    InvalidArgument
        For an object that no request holds.
    """
    if value is None or isinstance(value, (bool, int, str)):
        if isinstance(value, str) and not is_unicode(value):
            raise _refused(field, f"{value!a} is no Unicode, as requests are")
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "file_for_request"):
        return value.file_for_request()
    if isinstance(value, os.PathLike):
        return value_of(os.fspath(value), field)
    if isinstance(value, Mapping):
        return {value_of(str(key), field): value_of(each, field) for key, each in value.items()}
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, (numbers.Real, decimal.Decimal)):
        return value_of(float(value), field)
    if hasattr(value, "tolist"):  # NumPy
        return value_of(value.tolist(), field)
    if (
        isinstance(value, Iterable)
        and not hasattr(value, "to_json")
        and not isinstance(value, bytes)
    ):
        return [value_of(each, field) for each in value]
    raise _refused(field, f"a {type(value).__name__} is no part of a request")


def _refused(field: str, what: str) -> InvalidArgument:
    return InvalidArgument(f"{field}=: {what}" if field else what, field)


def formula_text(text: str) -> str:
    """A formula as the library writes it: powers by ^."""
    return text.replace("**", "^")


def fields_of(verb: str, *arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The request; None is not said, and a name may end in _ where Python keeps it (from_)."""
    out: dict[str, Any] = {"verb": verb}
    for name, value in (pair for each in arguments for pair in each.items()):
        field = name.rstrip("_")
        if field in out:
            raise InvalidArgument(f"{field}= is said twice", field)
        if value is not None:
            out[field] = value_of(value, field)
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


def ask(verb: str, progress: bool | Report | None, *arguments: Mapping[str, Any]) -> Shown:
    """Asks the library for a verb by its arguments."""
    return call(fields_of(verb, *arguments), progress)


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
