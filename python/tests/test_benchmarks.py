"""Programs of python/benchmarks, with numbers too small to say anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT

PROGRAM = ROOT / "python/benchmarks/against_peers.py"
RUNS = ROOT.parent / "shared/data/chinchilla_epoch245.csv"


def run(*words: str, threads: str = "1") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": threads}
    command = [sys.executable, str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_against_peers_compares_at_one_optimum() -> None:
    pytest.importorskip("scipy", reason="needs SciPy")
    if not RUNS.exists():
        pytest.skip(f"the public runs are not there: {RUNS}")
    few = ("--starts", "20", "--resamples", "4", "--repeats", "1", "--per-axis", "1")
    done = run(str(RUNS), *few, "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout)
    assert out["num_runs"] == 240
    rows = {row["who"]: row for row in out["rows"]}
    assert rows["isoflop.fit"]["objective"] == pytest.approx(0.001018274018, rel=1e-9)
    assert out["best"] <= rows["isoflop.fit"]["objective"]
    peer = rows["scipy least_squares"]
    assert peer["objective"] == pytest.approx(out["best"], rel=1e-6)
    assert peer["starts_run"] == 20
    assert peer["total_s"] == peer["starts_s"] + peer["resamples_s"]
    for verdict in out["verdicts"]:
        fastest = rows[verdict["peer"]]
        ratio = fastest["total_s"] / rows["isoflop.fit"]["total_s"]
        assert verdict["times_faster"] == pytest.approx(ratio)
        assert fastest["every_start"] or not verdict["every_start"]


def test_against_peers_refuses_what_would_be_unfair() -> None:
    pytest.importorskip("scipy", reason="needs SciPy")
    for done in (run("runs.csv", threads="4"), run("runs.csv", "--starts", "0")):
        assert done.returncode == 2
        assert "against_peers.py: error: " in done.stderr
