"""Every verb says what the command line says: the same JSON to the byte, the same report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import isoflop
from conftest import GRID, as_python

PRESET = "krajewski2024-e64"
SWEEP = "data/simulated/hoffmann2022_sweep.csv"
CURVES = "data/simulated/hoffmann2022_curves.csv"

CASES: list[tuple[str, Callable[[], isoflop.Result]]] = [
    (
        f"fit {GRID} --law fine-grained-moe --column loss=loss_simulated --bootstrap 20 "
        "--starts 30 --n-means total_non_embedding --expansion 64",
        lambda: isoflop.fit(
            GRID,
            law="fine-grained-moe",
            loss="loss_simulated",
            bootstrap=20,
            starts=30,
            n_means="total_non_embedding",
            expansion=64,
        ),
    ),
    (
        f"fit {GRID} --law chinchilla --column loss=loss_simulated n=N*1 --where G=1 --bootstrap 0 "
        "--starts 100 --fix beta=0.3 --huber-delta inf",
        lambda: isoflop.fit(
            Path(GRID),
            law="chinchilla",
            column={"loss": "loss_simulated", "n": "N*1"},
            where=["G=1"],
            bootstrap=0,
            starts=100,
            fix={"beta": 0.3},
            huber_delta=float("inf"),
        ),
    ),
    (
        f"predict {PRESET} --n 4.3B --d 28.9B --g 16",
        lambda: isoflop.predict(PRESET, n="4.3B", d=28.9e9, g=16),
    ),
    (
        f"plan {PRESET} --flops 1e20 1e21 1e22",
        lambda: isoflop.plan(PRESET, flops=[1e20, 1e21, 1e22]),
    ),
    (
        f"plan {PRESET} --gpu-hours 10000 --cost-table h200-modern --micro-batch 16384",
        lambda: isoflop.law(PRESET).plan(
            gpu_hours=1e4, cost_table="h200-modern", micro_batch=16384
        ),
    ),
    (
        f"frontier {PRESET} --from 1e20 --to 1e24 --points 5",
        lambda: isoflop.frontier(PRESET, from_=1e20, to=1e24, points=5),
    ),
    (
        f"granularity {PRESET} --n-active 7.08M --d 66B --width-per-block 96",
        lambda: isoflop.granularity(PRESET, n_active="7.08M", d="66B", width_per_block=96),
    ),
    (
        f"sweep {PRESET} --flops 1e18 3e18 --granularity 8 --noise 0.3 --simulations 50",
        lambda: isoflop.sweep(PRESET, flops=[1e18, 3e18], granularity=8, noise=0.3, simulations=50),
    ),
    (
        f"profiles {SWEEP} --flops 1e21 --bootstrap 20",
        lambda: isoflop.profiles(SWEEP, flops=1e21, bootstrap=20),
    ),
    (
        f"envelope {CURVES} --schedule schedule --flops 1e21",
        lambda: isoflop.envelope(CURVES, schedule="schedule", flops=1e21),
    ),
    (
        "consensus --flops 1e21 1e24 --u 1T",
        lambda: isoflop.consensus(flops=[1e21, 1e24], u="1T"),
    ),
    (
        f"backtest {GRID} --law hoffmann2022,besiroglu2024 --column loss=loss_simulated "
        "--where G=1 --hold-out d:20% --n-means total",
        lambda: isoflop.backtest(
            GRID,
            law=["hoffmann2022", isoflop.law("besiroglu2024")],
            loss="loss_simulated",
            where="G=1",
            hold_out="d:20%",
            n_means="total",
        ),
    ),
    (
        f"sensitivity {GRID} --flops 1e21 --law fine-grained-moe --column loss=loss_simulated "
        "--n-means total_non_embedding --expansion 64 --starts 5",
        lambda: isoflop.sensitivity(
            GRID,
            law="fine-grained-moe",
            flops=1e21,
            loss="loss_simulated",
            n_means="total_non_embedding",
            expansion=64,
            starts=5,
        ),
    ),
    ("laws", isoflop.laws),
    (f"laws {PRESET}", lambda: isoflop.law(PRESET)),
    (
        "shape data/shapes/olmoe-1b-7b.json --router-cost 20",
        lambda: isoflop.shape("data/shapes/olmoe-1b-7b.json", router_cost=20),
    ),
    ("reproduce", isoflop.reproduce),
    ("reproduce krajewski2024-table2", lambda: isoflop.reproduce("krajewski2024-table2")),
]


@pytest.mark.parametrize(("words", "ask"), CASES, ids=[words for words, _ in CASES])
def test_verb_agrees_with_the_command_line(
    words: str, ask: Callable[[], isoflop.Result], program: Callable[..., str]
) -> None:
    result = ask()
    assert result.to_json() == program(*words.split(), "--json")
    assert str(result) == as_python(program(*words.split())).rstrip("\n")


def test_next_runs_agrees(
    grid_fit: isoflop.Fit, program: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "law.json"
    grid_fit.save(path)
    words = ["next-runs", "--law", str(path), "--target-flops", "1e22", "--budget-flops", "1e21"]
    words += ["--runs", "2"]
    result = grid_fit.next_runs(target_flops=1e22, budget_flops=1e21, runs=2)
    assert result.to_json() == program(*words, "--json")
    assert result.csv == program(*words, "--csv")


def test_law_file_of_one_is_read_by_the_other(
    grid_fit: isoflop.Fit, program: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "law.json"
    grid_fit.save(path)
    planned = program("plan", str(path), "--flops", "1e21", "--json")
    assert isoflop.read(path).plan(flops=1e21).to_json() == planned
    assert isoflop.law(path) == grid_fit


def test_runs_in_memory_give_the_numbers_of_a_file() -> None:
    pandas = pytest.importorskip("pandas")
    how = {"law": "chinchilla", "loss": "loss_simulated", "bootstrap": 0, "starts": 50}
    from_file = isoflop.fit(GRID, **how)
    from_memory = isoflop.fit(pandas.read_csv(GRID), **how)
    assert from_memory.coefficients == from_file.coefficients
    assert from_memory.objective == from_file.objective


def test_run_takes_the_request_of_an_outcome() -> None:
    plan = isoflop.plan(PRESET, flops=1e21)
    again = isoflop.run(plan.request)
    assert again == plan
    assert str(again) == str(plan)


def test_rerun_gives_the_same_bytes() -> None:
    again = isoflop.rerun(isoflop.plan(PRESET, flops=1e21))
    assert again.same_bytes
    assert again.changed_inputs == []
