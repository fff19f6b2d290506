#!/usr/bin/env python3
"""The work of bench_fit through SciPy's least_squares, for a ratio measured in the same place.

    python3 apps/benchmarks/scipy_fit.py chinchilla_epoch245.csv [--every 20] [--resamples 200]

Fits L(N, D) = E + A/N^alpha + B/D^beta to the runs with outlier = 0:

    minimise  sum_i Huber_delta( ln L(N_i, D_i) - ln L_i ),   delta = 1e-3

over theta = (ln E, ln A, alpha, ln B, beta), with the analytic Jacobian of the log-sum-exp form,
method "trf" and loss "huber", whose cost is this very sum, without bounds (with them SciPy takes
much longer). Three jobs: the 4,500 starts of Hoffmann
et al. 2022 (Approach 3); a pairs bootstrap of 4,000 resamples, each started from the fit; one fit
from (ln A, ln B, ln E, alpha, beta) = (6, 6, .5, .34, .28). With --every K only every K-th start is
run, with --resamples M only M resamples, and the time is multiplied up: the table says so.

Needs numpy and scipy. One thread: run it with OMP_NUM_THREADS=1, as the matrices are small.
Exits with 1 if the best objective is not the known one (240 runs) to nine digits.
"""

import argparse
import csv
import itertools
import json
import shlex
import subprocess
import sys
import time

import numpy as np
from scipy.optimize import least_squares

DELTA = 1e-3
KNOWN_OBJECTIVE = 0.001018274018  # of the 240 runs; ten digits
NAMES = ("E", "A", "alpha", "B", "beta")


def read_runs(path):
    """ln N, ln D and ln loss of the rows with outlier = 0."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if float(row["outlier"]) == 0]
    return tuple(np.log([float(row[name]) for row in rows]) for name in ("N", "D", "loss"))


def terms(theta, log_n, log_d):
    """ln L [runs] and the shares of the three terms in L [3, runs]."""
    log_e, log_a, alpha, log_b, beta = theta
    t = np.stack((np.full_like(log_n, log_e), log_a - alpha * log_n, log_b - beta * log_d))
    shift = t.max(axis=0)
    shares = np.exp(t - shift)
    total = shares.sum(axis=0)
    return shift + np.log(total), shares / total


def fit(theta, runs, tolerance):
    """least_squares from theta; its .cost is the objective."""
    log_n, log_d, log_loss = runs

    def residuals(x):
        return terms(x, log_n, log_d)[0] - log_loss

    def jacobian(x):
        shares = terms(x, log_n, log_d)[1]
        return np.stack(
            (shares[0], shares[1], -shares[1] * log_n, shares[2], -shares[2] * log_d), axis=1
        )

    return least_squares(
        residuals, theta, jac=jacobian, method="trf", loss="huber", f_scale=DELTA, x_scale="jac",
        ftol=tolerance, xtol=tolerance, gtol=tolerance, max_nfev=500,
    )  # fmt: skip


def hoffmann_starts():
    """The grid of Approach 3: 4,500 points as theta."""
    exponents = np.arange(0.0, 2.1, 0.5)
    logs = np.arange(0.0, 26.0, 5.0)
    log_e = np.arange(-1.0, 1.1, 0.5)
    return np.array(list(itertools.product(log_e, logs, exponents, logs, exponents)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("file", help="the points of Besiroglu et al. 2024 with a column outlier")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="run every K-th start")
    parser.add_argument("--resamples", type=int, default=4000, metavar="M", help="run M of 4,000")
    parser.add_argument("--tolerance", type=float, default=1e-10, help="ftol, xtol and gtol")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bench", metavar="COMMAND", help="also run this bench_fit with its two "
                        "files and --json, and print how many times faster it is")
    options = parser.parse_args()
    if options.every < 1 or options.resamples < 2 or not options.tolerance > 0:
        parser.error("--every, --resamples and --tolerance must be positive, --resamples above 1")

    runs = read_runs(options.file)
    num_runs = len(runs[0])
    starts = hoffmann_starts()
    rows = []  # job, run, of, seconds for all, objective, remark

    begin = time.perf_counter()
    costs, best = [], None
    for theta in starts[:: options.every]:
        found = fit(theta, runs, options.tolerance)
        costs.append(found.cost)
        if best is None or found.cost < best.cost:
            best = found
    seconds = (time.perf_counter() - begin) * len(starts) / len(costs)
    at_best = np.mean(np.array(costs) <= best.cost * (1 + 1e-6) + 1e-16)
    rows.append(("starts", len(costs), len(starts), seconds, best.cost,
                 f"{at_best:.0%} at the best"))  # fmt: skip

    random = np.random.default_rng(options.seed)
    begin = time.perf_counter()
    draws = []
    for _ in range(options.resamples):
        drawn = random.integers(0, num_runs, num_runs)
        draws.append(fit(best.x, [column[drawn] for column in runs], options.tolerance).x)
    seconds = (time.perf_counter() - begin) * 4000 / options.resamples
    rows.append(("resamples", options.resamples, 4000, seconds, None, "warm, none certified"))

    repeats = 20
    begin = time.perf_counter()
    for _ in range(repeats):
        one = fit(np.array([0.5, 6.0, 0.34, 6.0, 0.28]), runs, options.tolerance)
    rows.append(("one fit", 1, 1, (time.perf_counter() - begin) / repeats, one.cost, ""))

    print(f"scipy least_squares, {num_runs} runs, tolerance {options.tolerance:g}, one process")
    print(f"{'job':<10} {'run':>5} {'of':>5} {'seconds':>10}  {'objective':<18}")
    for job, run, of, seconds, cost, remark in rows:
        shown = "" if cost is None else f"{cost:.12g}"
        multiplied = "" if run == of else "  (multiplied up)"
        print(f"{job:<10} {run:>5} {of:>5} {seconds:>10.4g}  {shown:<18} {remark}{multiplied}")

    natural = np.array(draws)
    natural[:, [0, 1, 3]] = np.exp(natural[:, [0, 1, 3]])
    errors = ", ".join(
        f"{name} {error:.4g}" for name, error in zip(NAMES, natural.std(axis=0, ddof=1))
    )
    if options.bench:
        ours = json.loads(subprocess.run(shlex.split(options.bench), check=True, text=True,
                                         stdout=subprocess.PIPE).stdout)  # fmt: skip
        names = {"starts": "chinchilla starts", "resamples": "chinchilla resamples",
                 "one fit": "one fit"}  # fmt: skip
        for job, _, _, seconds, _, _ in rows:
            own = ours[names[job]]["seconds"]
            print(f"isoflop {job}: {own:.3g} s, {seconds / own:.0f} times faster")
    print(f"standard deviations over the resamples: {errors}")

    if num_runs == 240 and abs(best.cost / KNOWN_OBJECTIVE - 1) > 1e-9:
        print(f"the best objective is not {KNOWN_OBJECTIVE}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
