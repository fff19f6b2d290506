"""Runs of Weights & Biases by its API: a project or run by its path, or an object of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import DataError, InvalidArgument
from ._run import History, Log, Run, SourceReader, flat, needs

_VIEWS = {"workspace", "table", "overview", "runs"}  # of a project, in addresses


def _takes(source: Any) -> bool:
    if isinstance(source, str):
        return source.startswith(("wandb:", "https://"))
    return _is_of_runs(source) or hasattr(type(source), "summary_metrics")


def _is_of_runs(source: Any) -> bool:
    return hasattr(type(source), "convert_objects")


def _runs(source: Any) -> Iterator[Any]:
    """The runs of the API."""
    if not isinstance(source, str):
        if hasattr(source, "upgrade_to_full"):  # a lazy run asks the server for each of its parts
            source.upgrade_to_full()
        yield from source if _is_of_runs(source) else [source]
        return
    where = re.sub(r"^(https://[^/]*|wandb:)|[?#].*$", "", source)
    parts = [part for part in where.split("/") if part]
    if len(parts) in (3, 4) and parts[2] in _VIEWS:
        del parts[2]
    if len(parts) not in (2, 3):
        raise InvalidArgument(
            f'source=: "{source}" is none of wandb:entity/project, wandb:entity/project/run and '
            "the address of a project or run",
            "source",
        )
    try:
        import wandb
    except ImportError:
        raise needs("wandb", "wandb", "runs of W&B") from None
    api = wandb.Api()  # of the server that wandb is logged in to
    if len(parts) == 3:
        yield api.run("/".join(parts))
    else:
        yield from api.runs("/".join(parts), lazy=False)


def _history(run: Any) -> History:
    """Every row that was logged, and no sample of them."""
    history = History()
    for row in run.scan_history():
        _add(history, row)
    return history


def _add(history: History, row: Mapping[str, Any]) -> None:
    values = flat(row)
    step = values.pop("_step", None)
    history.add(step if step is not None else 0, values)


def _run(run: Any) -> Run:
    summary = History()
    _add(summary, run.summary_metrics)
    return Run(
        name=str(run.name or run.id),
        path="/".join(run.path),
        state=run.state,
        facts={k: v for k, v in flat(run.config).items() if not k.startswith("_wandb")},
        history=summary,
        load=lambda: _history(run),
    )


def _read(source: Any, log: Log) -> list[Run]:
    try:
        return [_run(run) for run in _runs(source)]
    except InvalidArgument:
        raise
    except Exception as fault:  # no such project, no key, no network: the words are W&B's
        if isinstance(fault, ValueError) or type(fault).__module__.startswith("wandb."):
            raise DataError(f"W&B: {str(fault).splitlines()[0]}") from fault
        raise


READER = SourceReader("wandb", "runs of W&B", _takes, _read)
