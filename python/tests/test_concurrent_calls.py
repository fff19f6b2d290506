"""Many threads at once get what one would."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import isoflop

NUM_THREADS, NUM_CALLS = 64, 1000


def small_runs(i: int) -> dict[str, list[float]]:
    """Runs of Chinchilla's law; no two tables have the same coefficients."""
    sizes = [(n, d) for n in (1e8, 3e8, 1e9, 3e9) for d in (3e9, 1e10, 3e10, 1e11)]
    loss = [1.7 + 0.01 * i + 400 * n**-0.34 + 410 * d**-0.28 for n, d in sizes]
    return {"N": [n for n, _ in sizes], "D": [d for _, d in sizes], "loss": loss}


def asked(i: int) -> Callable[[], object]:
    law = isoflop.law("krajewski2024-e64")
    kinds: list[Callable[[], object]] = [
        lambda: isoflop.plan("krajewski2024-e64", flops=1e20 * (i + 1)).to_json(),
        lambda: law.predict(n=[1e9, 2e9], d=1e11 * (i + 1), g=8).to_dict(),
        lambda: law.gradient(n=1e9, d=1e11 * (i + 1), g=8)["d"].item(),
        lambda: isoflop.fit(
            small_runs(i),
            law="chinchilla",
            n_means="total",
            starts=8,
            bootstrap=5,
            threads=1,
            progress=False,
        ).to_json(),
    ]
    return kinds[i % len(kinds)]


def test_a_thousand_calls_from_64_threads_answer_as_one_after_the_other() -> None:
    questions = [asked(i) for i in range(40)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isoflop.Notice)
        serial = [str(question()) for question in questions]
        together = threading.Barrier(NUM_THREADS)

        def answer(i: int) -> str:
            if i < NUM_THREADS:  # none begins before all are there
                together.wait(timeout=60)
            return str(questions[i % len(questions)]())

        with ThreadPoolExecutor(NUM_THREADS) as pool:
            answers = list(pool.map(answer, range(NUM_CALLS)))
    assert len(set(serial)) == len(serial)
    assert [i for i, each in enumerate(answers) if each != serial[i % len(serial)]] == []
