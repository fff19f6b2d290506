"""Tests of the installed package.

ISOFLOP_PROGRAM names a program to compare it with, in place of the one that comes with it. It is
to be built for the same instruction set: last digits of a fit depend on it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import isoflop

ROOT = Path(__file__).resolve().parents[2]
GRID = "data/published/krajewski2024_grid_simulated.csv"


@pytest.fixture(autouse=True)
def in_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of the checkout's data are relative to its root."""
    monkeypatch.chdir(ROOT)


def as_python(text: str) -> str:
    """Flags as arguments: --n-means is n_means=."""
    return re.sub(r"--([a-z][a-z0-9-]*)", lambda flag: flag[1].replace("-", "_") + "=", text)


def program_path() -> Path:
    beside = Path(sys.executable).with_name("isoflop")
    path = os.environ.get("ISOFLOP_PROGRAM") or (beside if beside.exists() else None)
    path = path or shutil.which("isoflop")
    if path is None:
        pytest.skip("no program isoflop: name one by ISOFLOP_PROGRAM")
    return Path(path).resolve()


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Runs the command line; returns what it prints."""
    path = program_path()

    def run(*words: str) -> str:
        done = subprocess.run([path, *words], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def grid_fit() -> isoflop.Fit:
    """A small fit with draws."""
    return isoflop.fit(
        str(ROOT / GRID),
        law="fine-grained-moe",
        loss="loss_simulated",
        n_means="total_non_embedding",
        expansion=64,
        bootstrap=60,
        starts=40,
        progress=False,
    )
