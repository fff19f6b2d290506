"""From runs to a table: which metric is the loss, and which of its values stands for a run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from ..errors import DataError, InvalidArgument
from ._run import History, Log, Run, listed

RULES = ("last", "best", "smoothed")
_OWN = ("run", "path", "state", "step", "loss")  # columns of every table of runs

_SPLIT = r"(valid|validation|val|eval|evaluation|test|train|training)?\d*$"
_LOSS = re.compile(r"(loss|nll|crossentropy)" + _SPLIT)
_PERPLEXITY = re.compile(r"(ppl|perplexity)" + _SPLIT)
_HELD_OUT = re.compile(r"val|eval|test")
# Terms beside the loss of the next token.
_BESIDE = {"aux", "auxiliary", "balance", "balancing", "z", "zloss", "router", "moe", "mtp", "reg",
           "regularization", "indexer", "kl"}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What was asked for: arguments of `read_runs` of the same names."""

    loss: str | None
    rule: str | None
    window: int | None
    per: str

    def __post_init__(self) -> None:
        if self.rule not in (None, *RULES):
            raise InvalidArgument(f'rule=: "{self.rule}" is none of {", ".join(RULES)}', "rule")
        if self.per not in ("run", "checkpoint"):
            raise InvalidArgument(f'per=: "{self.per}" is none of run, checkpoint', "per")
        if self.rule == "best" and self.per == "checkpoint":
            raise InvalidArgument(
                'rule=: "best" is one checkpoint of a run, and per="checkpoint" takes all', "rule"
            )
        if self.window is not None and self.rule != "smoothed":
            raise InvalidArgument('window=: is for rule="smoothed"', "window")
        if self.window is not None and (not isinstance(self.window, Integral) or self.window < 1):
            raise InvalidArgument(f"window=: {self.window!r} is no count >= 1", "window")

    @property
    def num_averaged(self) -> int:
        return self.window or 50


def rows_of(runs: list[Run], choice: Choice, log: Log) -> list[dict[str, Any]]:
    """One row per run or checkpoint; what was decided is added to the log."""
    if not any(run.load or run.history.series for run in runs):
        return _rows_of_table(runs, choice, log)
    if choice.per == "checkpoint" or choice.rule in ("best", "smoothed"):
        for run in runs:
            run.load_history()
    metrics = list(dict.fromkeys(name for run in runs for name in run.history.series))
    loss = choice.loss if choice.loss is not None else _the_loss(metrics)
    if loss not in metrics:
        raise InvalidArgument(f'loss=: no run logs "{loss}"; there are {listed(metrics)}', "loss")
    names = _Names(metrics, runs, loss)
    log.notes.append(_words(loss, names.loss, choice, runs))
    rows = []
    for run in runs:
        for step, value, others in _points(run, loss, choice, log):
            row: dict[str, Any] = {"run": run.name, "state": run.state}
            row |= {"step": _whole(step), names.loss: _finite(value)}
            row |= {
                names.metric(name): _whole(others.get(name)) for name in metrics if name != loss
            }
            row |= {names.fact(name): value for name, value in run.facts.items()}
            row["path"] = run.path
            rows.append(row)
    if not rows:
        raise DataError(f'no run has a value of "{loss}" to take')
    return rows


def _rows_of_table(runs: list[Run], choice: Choice, log: Log) -> list[dict[str, Any]]:
    if choice.rule is not None or choice.per != "run":
        name = "rule" if choice.rule is not None else "per"
        raise InvalidArgument(
            f"{name}=: is for histories, and this is a table, whose rows are taken as they are; "
            "isoflop.fit has last_of= and best_of=",
            name,
        )
    log.notes.append("the rows of a table, as they are")
    if choice.loss is not None:
        log.notes.append(f'loss is column "{choice.loss}"')
    rows = [dict(run.facts) for run in runs]
    several = len({run.path for run in runs}) > 1
    for row, run in zip(rows, runs, strict=True):
        if several:
            row.setdefault("path", run.path)
        if choice.loss is not None and choice.loss not in row:
            raise InvalidArgument(
                f'loss=: {run.path} has no column "{choice.loss}"; there are {listed(row)}', "loss"
            )
        if choice.loss is not None:
            row["loss"] = row[choice.loss]
    return rows


def _the_loss(metrics: list[str]) -> str:
    """The one metric whose name says that it is the loss, or else the one perplexity."""
    for pattern in (_LOSS, _PERPLEXITY):
        found = [name for name in metrics if _says(pattern, name)]
        if len(found) == 1:
            return found[0]
        if found:
            held_out = next((name for name in found if _HELD_OUT.search(name.lower())), found[0])
            raise DataError(
                f"{len(found)} metrics may be the loss: {listed(found)}; "
                f'say loss="{held_out}" or another of them'
            )
    raise DataError(
        f'no metric is called a loss; there are {listed(metrics)}: say loss="..."'
        if metrics
        else "the runs log no metrics"
    )


def _says(pattern: re.Pattern[str], name: str) -> bool:
    words = re.findall(r"[a-z0-9]+", name.lower())
    return pattern.search("".join(words)) is not None and not _BESIDE & set(words)


class _Names:
    """Columns of metrics and of configuration, so that no two are called the same."""

    def __init__(self, metrics: list[str], runs: list[Run], loss: str) -> None:
        # The library takes the logarithm of a column of this name.
        self.loss = "ppl" if _says(_PERPLEXITY, loss) else "loss"
        self._taken = {*_OWN, self.loss}
        self._metrics = set(metrics) - {loss}

    def metric(self, name: str) -> str:
        return f"metric.{name}" if name in self._taken else name

    def fact(self, name: str) -> str:
        return f"config.{name}" if name in self._taken or name in self._metrics else name


_Point = tuple[float | None, float | None, dict[str, float | None]]


def _points(run: Run, loss: str, choice: Choice, log: Log) -> Iterator[_Point]:
    """The steps that stand for a run, their losses, and the other metrics there."""
    history = run.history
    steps, values = history.series.get(loss, ([], []))
    if not steps:
        if choice.per == "run":
            last = history.last_step
            yield last, None, {} if last is None else _others(history, last)
        else:
            log.left_out.append((run.path or run.name, f'has no "{loss}"'))
        return
    if choice.rule == "smoothed":
        if len(values) < choice.num_averaged:
            raise DataError(
                f'{run.path}: has {len(values)} values of "{loss}", fewer than '
                f"window={choice.num_averaged}; say a smaller one"
            )
        means = _means(values, choice.num_averaged)
        steps, values = steps[choice.num_averaged - 1 :], means
    if choice.per == "checkpoint":
        picks = list(range(len(steps)))
    elif choice.rule == "best":
        finite = [i for i, value in enumerate(values) if math.isfinite(value)]
        picks = [min(finite, key=values.__getitem__, default=len(values) - 1)]
    else:
        picks = [len(steps) - 1]
    for index in picks:
        yield steps[index], values[index], _others(history, steps[index])


def _means(values: list[float], window: int) -> list[float]:
    """Of each value and those before it in the window; by exact sums, without drift."""
    return [math.fsum(values[i - window : i]) / window for i in range(window, len(values) + 1)]


def _others(history: History, step: float) -> dict[str, float | None]:
    return {name: history.at(name, step) for name in history.series}


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _whole(value: float | None) -> float | None:
    """Counts as integers, so that they read as such."""
    number = _finite(value)
    return int(number) if number is not None and number.is_integer() else number


def _words(loss: str, column: str, choice: Choice, runs: list[Run]) -> str:
    """What stands for the loss, as a sentence."""
    if choice.rule == "smoothed":
        what = f'the mean of {choice.num_averaged} logged values of "{loss}"'
        which = " up to each" if choice.per == "checkpoint" else ", the last ones"
    elif choice.per == "checkpoint":
        what, which = f'every logged value of "{loss}"', ""
    elif choice.rule == "best":
        what, which = f'the lowest logged value of "{loss}"', ""
    elif all(run.load for run in runs):
        return f'{column} is "{loss}" of the runs\' summaries, as are the other metrics'
    else:
        what, which = f'the last logged value of "{loss}"', ""
    return f"{column} is {what}{which}; other metrics are the last ones up to that step"
