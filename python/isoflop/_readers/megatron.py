"""What Megatron-LM prints while it trains, and its relatives that print the same lines.

Read are the lines of ``training_log`` and ``evaluate_and_print_results`` in
megatron/training/training.py, the arguments that ``_print_args`` lists and the number of parameters
that ``get_model`` prints. Launchers may put words of their own before them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import DataError
from ._run import FileReader, Found, History, Run, text_of

_STEP = re.compile(r"\biteration +(\d+)/ *(\d+) +\|(.*)")
_LOSS = re.compile(r"\bvalid\w*(-\d+)? loss at (?:iteration (\d+)|the end of training)(.*?)\|(.*)")
_ARGUMENT = re.compile(r"(?:^|[\s:])(\w+) \.+ (.*)$")
_PARAMETERS = re.compile(r"number of parameters on .*model parallel rank \((\d+), (\d+)\): (\d+)")
_PARALLEL = ("tensor_model_parallel_size", "pipeline_model_parallel_size",
             "expert_model_parallel_size")  # fmt: skip
_SEEN_WITHIN = 4 << 20  # bytes


def _sees(path: Path, head: bytes) -> bool:
    if b"\0" in head:
        return False
    with path.open("rb") as file:
        return _STEP.search(file.read(_SEEN_WITHIN).decode("utf-8", "replace")) is not None


def _numbers(parts: str, rename: str = "{}") -> dict[str, float]:
    """``lm loss: 2.1E+00 | grad norm: 0.5 |`` by name; what is no number is left out."""
    out: dict[str, float] = {}
    for part in parts.split("|"):
        name, _, value = part.rpartition(":")
        try:
            out[rename.format(name.strip())] = float(value)
        except ValueError:
            continue
    return out


def _validation(found: re.Match[str]) -> dict[str, float]:
    """Losses by the names that Megatron-LM gives them in TensorBoard."""
    suffix, _, where, parts = found.groups()
    what = "test" if "test" in where else "validation"
    out = {}
    for name, value in _numbers(parts).items():
        base, _, kind = name.rpartition(" ")
        out[f"{base} {what}{suffix or ''}" + (" ppl" if kind == "PPL" else "")] = value
    return out


class _Lines:
    """One log, line by line."""

    def __init__(self) -> None:
        self.history = History()
        self.arguments: dict[str, Any] = {}
        self.parameters: dict[tuple[str, str], int] = {}
        self.step = self.last = 0
        self.within_arguments = False

    def read(self, line: str) -> None:
        if found := _STEP.search(line):
            self.step, self.last = int(found[1]), int(found[2])
            self.history.add(self.step, _numbers(found[3]))
        elif found := _LOSS.search(line):
            self.history.add(int(found[2] or self.step), _validation(found))
        elif found := _PARAMETERS.search(line):
            self.parameters[found[1], found[2]] = int(found[3])
        elif "-- arguments --" in line:
            self.within_arguments = True
        elif "-- end of arguments --" in line:
            self.within_arguments = False
        elif self.within_arguments and (found := _ARGUMENT.search(line.rstrip())):
            if found[2] != "None":
                self.arguments[found[1]] = found[2]

    def facts(self) -> dict[str, Any]:
        """The arguments as they were printed, and the parameters where one rank holds them all."""
        alone = all(self.arguments.get(name, "1") == "1" for name in _PARALLEL)
        if alone and list(self.parameters) == [("0", "0")]:
            return {"n_params": self.parameters["0", "0"], **self.arguments}
        return self.arguments

    def count_tokens(self) -> bool:
        """Adds what some relatives print: consumed tokens, samples by the length of one."""
        length = self.arguments.get("seq_length", "")
        steps, samples = self.history.series.get("consumed samples", ([], []))
        if "consumed tokens" in self.history.series or not (samples and length.isdigit()):
            return False
        counts = [value * int(length) for value in samples]
        self.history.series["consumed tokens"] = (list(steps), counts)
        return True


def _read(found: Found) -> list[Run]:
    """One run per log."""
    runs, counted = [], 0
    for path in found.files:
        lines = _Lines()
        for line in text_of(path).splitlines():
            lines.read(line)
        if not lines.history.series:
            raise DataError(f'{path}: has no line "iteration 10/ 100 | ... | lm loss: ..."')
        counted += lines.count_tokens()
        runs.append(
            Run(
                name=found.name(path),
                path=str(path),
                state="finished" if lines.step >= lines.last else "unfinished",
                facts=lines.facts(),
                history=lines.history,
            )
        )
    if counted:
        found.log.notes.append('"consumed tokens" are consumed samples times seq_length')
    if any("n_params" not in run.facts for run in runs):
        found.log.notes.append("N is not in every log: where a model is split, no rank counts it")
    return runs


READER = FileReader("megatron", "logs of Megatron-LM", _sees, _read)
