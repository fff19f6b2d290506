#!/usr/bin/env python3
"""isoflop.fit beside the ways that people fit L(N, D) = E + A/N^alpha + B/D^beta from Python.

    OMP_NUM_THREADS=1 python python/benchmarks/against_peers.py chinchilla_epoch245.csv

The job: the 4,500 starts of Hoffmann et al. 2022 (Approach 3) and a bootstrap of 1,000 resamples of
the 240 runs with outlier = 0, under their objective

    sum_i Huber_delta( ln L(N_i, D_i) - ln L_i ),   delta = 1e-3

isoflop.fit is the whole call: reading, starts, certified refits, intervals, verdict, report. Peers:

- scipy least_squares: trf with the Huber loss, whose cost is this very sum, the analytic Jacobian
  and tolerances of 1e-8, the fastest setting that gets there;
- scipy minimize, BFGS and L-BFGS-B, with the analytic gradient;
- two of these in two stages: all starts to a loose tolerance, then the ten best of them to 1e-12.
  That finds the optimum, but not how many starts lead there, nor what other minima there are;
- chinchilla.fit of the package of that name, where it is installed; it has no bootstrap.

The law is not separable under this objective, so that variable projection has nothing to solve in
closed form. Peers run some starts of the grid, drawn at random, and some of the resamples, each
from the optimum by least_squares; their times are multiplied up, and the table says how many.
Several processes are warm before the clock starts. The objective is computed anew, in one place,
from the coefficients that each returns.

Needs isoflop, numpy and scipy.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize

import isoflop

Array = NDArray[np.float64]

DELTA = 1e-3
NUM_STARTS, NUM_RESAMPLES = 4500, 1000
WANTED = 1e-6  # of the objective, relative: who is further off has not solved the problem
OURS = "isoflop.fit"
NAMES = ("E", "A", "alpha", "B", "beta")


class Runs(NamedTuple):
    """Logarithms of N, D and loss, shape (num_runs,)."""

    log_n: Array
    log_d: Array
    log_loss: Array

    def drawn(self, places: NDArray[np.int64]) -> Runs:
        return Runs(self.log_n[places], self.log_d[places], self.log_loss[places])


class Fitted(NamedTuple):
    """theta = (ln E, ln A, alpha, ln B, beta) and the objective there."""

    theta: Array
    cost: float


Solver = Callable[[Array, Runs], Fitted]


def read_runs(path: str) -> Runs:
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if float(row["outlier"]) == 0]
    return Runs(*(np.log([float(row[name]) for row in rows]) for name in ("N", "D", "loss")))


LOG_E = np.arange(-1.0, 1.1, 0.5)
LOGS = np.arange(0.0, 26.0, 5.0)
EXPONENTS = np.arange(0.0, 2.1, 0.5)


def hoffmann_starts() -> Array:
    """The grid of Approach 3, 4,500 points as theta."""
    return np.array(list(itertools.product(LOG_E, LOGS, EXPONENTS, LOGS, EXPONENTS)))


def _terms(theta: Array, runs: Runs) -> tuple[Array, Array]:
    """Residuals, and the shares of the three terms in L, (3, num_runs)."""
    log_e, log_a, alpha, log_b, beta = theta
    terms = np.empty((3, len(runs.log_n)))
    terms[0] = log_e
    terms[1] = log_a - alpha * runs.log_n
    terms[2] = log_b - beta * runs.log_d
    shift = terms.max(axis=0)
    shares = np.exp(terms - shift)
    total = shares.sum(axis=0)
    return shift + np.log(total) - runs.log_loss, shares / total


def residuals(theta: Array, runs: Runs) -> Array:
    return _terms(theta, runs)[0]


def jacobian(theta: Array, runs: Runs) -> Array:
    """d residual / d theta, (num_runs, 5)."""
    shares = _terms(theta, runs)[1]
    out = np.empty((len(runs.log_n), 5))
    out[:, 0], out[:, 1], out[:, 3] = shares
    out[:, 2] = -shares[1] * runs.log_n
    out[:, 4] = -shares[2] * runs.log_d
    return out


def objective_and_slopes(theta: Array, runs: Runs) -> tuple[float, Array]:
    off, shares = _terms(theta, runs)
    bounded = np.clip(off, -DELTA, DELTA)  # the derivative of the Huber loss
    weighted = shares * bounded
    slopes = np.empty(5)
    slopes[[0, 1, 3]] = weighted.sum(axis=1)
    slopes[2] = -(weighted[1] @ runs.log_n)
    slopes[4] = -(weighted[2] @ runs.log_d)
    return float((bounded * (off - bounded / 2)).sum()), slopes


def objective(theta: Array, runs: Runs) -> float:
    return objective_and_slopes(theta, runs)[0]


def by_least_squares(theta: Array, runs: Runs, tolerance: float = 1e-8) -> Fitted:
    found = least_squares(
        residuals,
        theta,
        jac=jacobian,
        args=(runs,),
        method="trf",
        loss="huber",
        f_scale=DELTA,
        x_scale="jac",
        ftol=tolerance,
        xtol=tolerance,
        gtol=tolerance,
        max_nfev=500,
    )
    return Fitted(found.x, float(found.cost))


def by_loose_least_squares(theta: Array, runs: Runs) -> Fitted:
    return by_least_squares(theta, runs, 1e-2)


def by_tight_least_squares(theta: Array, runs: Runs) -> Fitted:
    return by_least_squares(theta, runs, 1e-12)


# Costs are about 1e-3, and minimize stops at an absolute gradient; chinchilla takes their mean.
_SCALE, _MEAN_SCALE = 1e3, 1e5


def _minimized(theta: Array, runs: Runs, method: str, options: dict[str, float]) -> Fitted:
    def scaled(x: Array) -> tuple[float, Array]:
        cost, slopes = objective_and_slopes(x, runs)
        return _SCALE * cost, _SCALE * slopes

    found = minimize(scaled, theta, jac=True, method=method, options=options)
    return Fitted(found.x, float(found.fun) / _SCALE)


def by_bfgs(theta: Array, runs: Runs) -> Fitted:
    return _minimized(theta, runs, "BFGS", {"gtol": 1e-6, "maxiter": 500})


def by_lbfgs(theta: Array, runs: Runs) -> Fitted:
    options = {"ftol": 1e-12, "gtol": 1e-6, "maxiter": 1000, "maxfun": 2000, "maxcor": 20}
    return _minimized(theta, runs, "L-BFGS-B", options)


def by_loose_lbfgs(theta: Array, runs: Runs) -> Fitted:
    options = {"ftol": 1e-2, "gtol": 1e-5, "maxiter": 50, "maxcor": 20}
    return _minimized(theta, runs, "L-BFGS-B", options)


class ScipyPeer(NamedTuple):
    """A way through all starts; in two stages the best ten are solved again."""

    name: str
    solve: Solver
    two_stages: bool


SCIPY_PEERS = (
    ScipyPeer("scipy least_squares", by_least_squares, False),
    ScipyPeer("scipy minimize BFGS", by_bfgs, False),
    ScipyPeer("scipy minimize L-BFGS-B", by_lbfgs, False),
    ScipyPeer("least_squares, two stages", by_loose_least_squares, True),
    ScipyPeer("L-BFGS-B, two stages", by_loose_lbfgs, True),
)


class Row(NamedTuple):
    """One line of the table; times in seconds, those of all starts and resamples.

    every_start: each start was solved, not only the best of them.
    """

    who: str
    workers: int
    every_start: bool
    starts_run: int
    starts_s: float
    resamples_run: int
    resamples_s: float | None
    theta: list[float]
    objective: float

    @property
    def total_s(self) -> float:
        return self.starts_s + (self.resamples_s or 0.0)


def run_isoflop(path: str, runs: Runs, threads: int, repeats: int) -> Row:
    """The fastest of some calls."""
    columns = {"n": "N", "d": "D", "loss": "loss", "where": "outlier=0"}
    options: dict[str, Any] = {**columns, "bootstrap": NUM_RESAMPLES, "threads": threads}
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        fit = isoflop.fit(path, law="chinchilla", progress=False, **options)
        times.append(time.perf_counter() - begin)
    theta = _theta(fit.coefficients)
    return Row(
        who=OURS,
        workers=threads,
        every_start=True,
        starts_run=NUM_STARTS,
        starts_s=min(times),
        resamples_run=NUM_RESAMPLES,
        resamples_s=None,
        theta=theta.tolist(),
        objective=objective(theta, runs),
    )


def _theta(coefficients: Mapping[str, float]) -> Array:
    out = np.array([coefficients[name] for name in NAMES])
    out[[0, 1, 3]] = np.log(out[[0, 1, 3]])
    return out


Job = tuple[Solver, Array, Runs]


def _work(job: Job) -> Fitted:
    solve, theta, runs = job
    with np.errstate(all="ignore"):
        return solve(theta, runs)


def _spread(pool: ProcessPoolExecutor | None, jobs: list[Job], workers: int) -> list[Fitted]:
    if pool is None:
        return [_work(job) for job in jobs]
    return list(pool.map(_work, jobs, chunksize=max(1, len(jobs) // (8 * workers))))


def run_scipy(peer: ScipyPeer, runs: Runs, workers: int, num_starts: int, resamples: int) -> Row:
    grid, random = hoffmann_starts(), np.random.default_rng(1)
    starts = grid[random.permutation(len(grid))[:num_starts]]
    drawn = random.integers(0, len(runs.log_n), (resamples, len(runs.log_n)))
    pool = None
    if workers > 1:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        list(pool.map(_work, [(by_loose_least_squares, starts[0], runs)] * (4 * workers)))
    try:
        begin = time.perf_counter()
        found = _spread(pool, [(peer.solve, theta, runs) for theta in starts], workers)
        starts_s = (time.perf_counter() - begin) * NUM_STARTS / len(starts)
        found = sorted((f for f in found if math.isfinite(f.cost)), key=lambda f: f.cost)
        if peer.two_stages:
            begin = time.perf_counter()
            found = [_work((by_tight_least_squares, f.theta, runs)) for f in found[:10]]
            starts_s += time.perf_counter() - begin
        best = min(found, key=lambda f: f.cost).theta
        jobs: list[Job] = [(by_least_squares, best, runs.drawn(places)) for places in drawn]
        begin = time.perf_counter()
        _spread(pool, jobs, workers)
        resamples_s = (time.perf_counter() - begin) * NUM_RESAMPLES / resamples
    finally:
        if pool is not None:
            pool.shutdown()
    return Row(
        who=peer.name,
        workers=workers,
        every_start=not peer.two_stages,
        starts_run=len(starts),
        starts_s=starts_s,
        resamples_run=resamples,
        resamples_s=resamples_s,
        theta=best.tolist(),
        objective=objective(best, runs),
    )


def run_chinchilla(runs: Runs, workers: int, per_axis: int) -> Row:
    """Its numerical gradients in long double; of the grid, some points of each axis.

    Its figure of the optimum is left out. It takes one process or all cores, nothing between.
    """
    import matplotlib
    import pandas

    matplotlib.use("Agg")
    import chinchilla
    from chinchilla._metrics import log_huber

    def loss(observed: Any, predicted: Any) -> Any:
        return _MEAN_SCALE * log_huber(observed, predicted, DELTA)

    def some(values: Array) -> tuple[float, ...]:
        places = np.round((np.arange(per_axis) + 0.5) * len(values) / per_axis - 0.5)
        return tuple(float(values[int(place)]) for place in places)

    axes = {"e": LOG_E, "a": LOGS, "b": LOGS, "alpha": EXPONENTS, "beta": EXPONENTS}
    grid = {name: some(values) for name, values in axes.items()}
    count = math.prod(len(values) for values in grid.values())
    with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
        peer = chinchilla.Chinchilla(folder, param_grid=grid, loss_fn=loss, log_level=50)
        columns = {name: np.exp(column) for name, column in zip("ND", runs[:2], strict=True)}
        frame = pandas.DataFrame({**columns, "loss": np.exp(runs.log_loss)})
        peer.database.df = frame.assign(C=6 * frame.N * frame.D)
        peer.visualizer.optim = lambda *_, **__: None
        begin = time.perf_counter()
        peer.fit(parallel=workers > 1)
        seconds = time.perf_counter() - begin
    theta = _theta(peer.get_params())
    return Row(
        who="chinchilla.fit",
        workers=workers,
        every_start=True,
        starts_run=count,
        starts_s=seconds * NUM_STARTS / count,
        resamples_run=0,
        resamples_s=None,
        theta=theta.tolist(),
        objective=objective(theta, runs),
    )


def _ours(rows: Sequence[Row], workers: int) -> Row:
    return next(row for row in rows if row.who == OURS and row.workers == workers)


def table(rows: Sequence[Row], best: float) -> str:
    """One line per row; "times": its whole time over that of isoflop.fit with as many workers."""
    head = ("", "workers", "starts run", "resamples", "starts s", "resamples s", "total s")
    cells = [[*head, "objective", "above best", "times"]]
    for row in rows:
        ours = _ours(rows, row.workers)
        parts = [f"{row.starts_s:.4g}", f"{row.resamples_s:.4g}" if row.resamples_s else "-"]
        cells.append(
            [
                row.who,
                str(row.workers),
                str(row.starts_run),
                str(row.resamples_run or "-"),
                *(["", ""] if row is ours else parts),
                f"{row.total_s:.4g}",
                f"{row.objective:.12f}",
                f"{row.objective / best - 1:.0e}",
                f"{row.total_s / ours.total_s:.1f}",
            ]
        )
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]

    def padded(line: list[str]) -> str:
        rest = (x.rjust(width) for x, width in zip(line[1:], widths[1:], strict=True))
        return "  ".join([line[0].ljust(widths[0]), *rest])

    return "\n".join(padded(line) for line in cells)


class Verdict(NamedTuple):
    """How many times faster isoflop.fit is than the fastest peer that reached the optimum.

    peer, times_faster: None where there was none.
    """

    workers: int
    every_start: bool
    peer: str | None
    times_faster: float | None

    def __str__(self) -> str:
        if self.peer is None:
            return f"{self.workers} workers: no peer reached the optimum to {WANTED:g}"
        of = "solve every start" if self.every_start else "may leave starts unsolved"
        return (
            f"{self.workers} workers: {self.times_faster:.1f} times faster than {self.peer}, the "
            f"fastest to reach the optimum to {WANTED:g} of those that {of}"
        )


def verdicts(rows: Sequence[Row], best: float) -> list[Verdict]:
    """For each number of workers, beside peers that solve every start, and beside all."""
    out = []
    for workers in dict.fromkeys(row.workers for row in rows):
        ours = _ours(rows, workers)
        there = [
            row
            for row in rows
            if row is not ours and row.workers == workers and row.objective <= best * (1 + WANTED)
        ]
        for every_start in (True, False):
            peers = [row for row in there if row.every_start or not every_start]
            fastest = min(peers, key=lambda row: row.total_s, default=None)
            times = fastest.total_s / ours.total_s if fastest else None
            out.append(Verdict(workers, every_start, fastest.who if fastest else None, times))
    return out


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="isoflop.fit beside SciPy and the package chinchilla.",
        epilog="Example: OMP_NUM_THREADS=1 python python/benchmarks/against_peers.py runs.csv",
    )
    add = parser.add_argument
    add("file", help="the points of Besiroglu et al. 2024 with a column outlier")
    add("--starts", type=int, default=300, metavar="S", help="peers: S of the 4,500 starts")
    add("--resamples", type=int, default=200, metavar="M", help="peers: M of 1,000 resamples")
    add("--per-axis", type=int, default=2, metavar="P", help="chinchilla: P points of each axis")
    add("--repeats", type=int, default=5, help="calls of isoflop.fit, the fastest counts")
    cores = os.cpu_count() or 1
    workers_help = "threads or processes, a table for each (default: 1 and all)"
    add("--workers", type=int, nargs="+", default=[1, cores], metavar="W", help=workers_help)
    add("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(words)
    counts = (options.starts, options.resamples, options.per_axis, options.repeats)
    if min(*counts, *options.workers) < 1:
        parser.error("numbers of starts, resamples, points, repeats and workers are at least 1")
    if os.environ.get("OMP_NUM_THREADS") != "1":
        parser.error("OMP_NUM_THREADS=1, please: matrices are small, and processes share the work")

    runs = read_runs(options.file)
    rows = []
    for workers in dict.fromkeys(options.workers):
        rows.append(run_isoflop(options.file, runs, workers, options.repeats))
        for peer in SCIPY_PEERS:
            rows.append(run_scipy(peer, runs, workers, options.starts, options.resamples))
        if find_spec("chinchilla") is not None and workers in (1, cores):
            rows.append(run_chinchilla(runs, workers, options.per_axis))
    best = min(row.objective for row in rows)
    said, load = verdicts(rows, best), os.getloadavg()[0]
    if options.json:
        out = {
            "num_runs": len(runs.log_n),
            "best": best,
            "load": load,
            "rows": [{**row._asdict(), "total_s": row.total_s} for row in rows],
            "verdicts": [each._asdict() for each in said],
        }
        print(json.dumps(out, indent=2))
        return 0
    print(
        f"{len(runs.log_n)} runs, {NUM_STARTS} starts, {NUM_RESAMPLES} resamples; peers ran the "
        f"numbers shown, and their times are\nmultiplied up; load {load:.1f} at the end\n"
    )
    print(table(rows, best) + "\n")
    print("\n".join(map(str, said)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
