"""Progress of long calls, by tqdm where it is installed and somebody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

Report = Callable[[str, int, int], object]

_PATIENCE_S = 0.5


class Bars:
    """One bar per stage of a call, from when the call takes longer than half a second."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._what = ""
        self._bar: Any = None

    def __call__(self, what: str, done: int, all_: int) -> None:
        if time.monotonic() - self._begin < _PATIENCE_S:
            return
        if self._bar is None or what != self._what:
            from tqdm.auto import tqdm

            self.close()
            self._what = what
            self._bar = tqdm(total=all_, desc=what, leave=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _somebody_looks() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # none, one that only writes, a closed one
        return False


def reporter(progress: bool | Report | None) -> Report | None:
    """What is told of progress: nothing, the caller's function, or bars."""
    if callable(progress):
        return progress
    if progress is None:
        progress = "ipykernel" in sys.modules or _somebody_looks()
    return Bars() if progress and find_spec("tqdm") is not None else None
