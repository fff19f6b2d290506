#!/usr/bin/env python3
"""One plan of bench_plan through scipy.optimize, for a ratio measured in the same place.

    python3 apps/benchmarks/scipy_plan.py FLOPS a alpha b beta g gamma c

    minimise  L(N, D, G) = c + (g/G^gamma + a)/N^alpha + b/D^beta      over N, and G = 1, 2, ..., 1024
    with      D = FLOPS / (6 N_active + 14 E G d^2 / 64),  N_active = 12 d^3 / 64,  E = 64

by minimize_scalar (bounded Brent) in ln N_active for every G: what one would write without a
derivative. Prints one line of JSON. Needs scipy.
"""

import json
import math
import sys
import time

from scipy.optimize import minimize_scalar

EXPANSION, ACTIVE_COST, ROUTER_COST, WIDTH_PER_BLOCK = 64.0, 6.0, 14.0, 64.0
TOTAL_PER_ACTIVE = (8.0 * EXPANSION + 4.0) / 12.0


def plan(flops, a, alpha, b, beta, g, gamma, c):
    """(loss, N_active, D, G) of the best run."""
    best = None
    for power in range(11):
        granularity = 2.0**power

        def tokens(log_n, granularity=granularity):
            n = math.exp(log_n)
            width = (n * WIDTH_PER_BLOCK / 12.0) ** (1.0 / 3.0)
            router = EXPANSION * granularity * ROUTER_COST * width * width / WIDTH_PER_BLOCK
            return flops / (ACTIVE_COST * n + router)

        def loss(log_n, granularity=granularity, tokens=tokens):
            n = TOTAL_PER_ACTIVE * math.exp(log_n)
            by_n = (g / granularity**gamma + a) / n**alpha
            return c + by_n + b / tokens(log_n) ** beta

        found = minimize_scalar(
            loss, bounds=(math.log(1e4), math.log(1e14)), method="bounded", options={"xatol": 1e-8}
        )
        if best is None or found.fun < best[0]:
            best = (float(found.fun), math.exp(found.x), tokens(found.x), granularity)
    return best


def main():
    if len(sys.argv) != 9:
        sys.exit("usage: scipy_plan_peer.py FLOPS a alpha b beta g gamma c")
    numbers = [float(word) for word in sys.argv[1:]]
    repeats, fastest, fastest_cpu, best = 20, math.inf, math.inf, None
    for _ in range(repeats):
        begin, cpu_begin = time.perf_counter(), time.process_time()
        best = plan(*numbers)
        fastest = min(fastest, time.perf_counter() - begin)
        fastest_cpu = min(fastest_cpu, time.process_time() - cpu_begin)
    loss, n_active, tokens, granularity = best
    print(json.dumps({
        "seconds": fastest, "cpu_seconds": fastest_cpu,
        "method": "minimize_scalar, bounded, 11 granularities",
        "n_active": n_active, "d_tokens": tokens, "granularity": granularity, "loss": loss,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
