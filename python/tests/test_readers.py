"""Which value of which metric stands for a run, and that every source ends in the same law."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import isoflop
from run_writers import SWEEP, WRITERS, megatron_head, megatron_step, megatron_validation


@pytest.mark.parametrize("kind", WRITERS)
def test_every_source_gives_the_law_that_its_runs_follow(kind: str, tmp_path: Path) -> None:
    WRITERS[kind](tmp_path)
    said = {"loss": "eval_loss"} if kind == "huggingface" else {}
    columns = {"d": "num_input_tokens_seen"} if kind == "huggingface" else {}
    runs = isoflop.read_runs(tmp_path, **said)
    assert len(runs) == len(SWEEP)
    assert all(run.name in name for run, name in zip(SWEEP, runs["run"], strict=True))
    fit = isoflop.fit(runs, law="chinchilla", bootstrap=0, starts=40, **columns)
    # Megatron-LM prints seven digits, and scalars of TensorBoard are of single precision.
    wanted = isoflop.law("hoffmann2022").coefficients
    assert fit.coefficients == pytest.approx(wanted, rel=2e-3)


def test_profiles_and_envelope_take_runs(tmp_path: Path) -> None:
    WRITERS["megatron"](tmp_path)
    every = isoflop.read_runs(tmp_path, per="checkpoint")
    assert len(every) == 4 * len(SWEEP)
    envelope = isoflop.envelope(every, keep_edges=True)
    assert envelope.to_columns()
    profiles = isoflop.profiles(isoflop.read_runs(tmp_path), tolerance=0.01, bootstrap=0)
    assert len(profiles) > 0


def history(*values: float | str, **more: list[Any]) -> dict[str, Any]:
    """A trainer_state.json that logged these losses at steps 10, 20, ..."""
    entries: list[dict[str, Any]] = [
        {"loss": value, "step": 10 * index} for index, value in enumerate(values, 1)
    ]
    for name, column in more.items():
        for entry, value in zip(entries, column, strict=True):
            if value is not None:
                entry[name] = value
    return {"global_step": 10 * len(values), "max_steps": 10 * len(values), "log_history": entries}


def write(folder: Path, **states: dict[str, Any]) -> Path:
    for name, state in states.items():
        (folder / name).mkdir(parents=True)
        # NaN as json.dump writes it, and as the Trainer does.
        (folder / name / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("rule", "step", "loss", "tokens"),
    [
        ({}, 50, 3.4, 400),
        ({"rule": "last"}, 50, 3.4, 400),
        ({"rule": "best"}, 30, 3.0, 200),
        ({"rule": "smoothed", "window": 4}, 50, 3.4, 400),
        ({"rule": "smoothed", "window": 2}, 50, 3.3, 400),
    ],
)
def test_rules(tmp_path: Path, rule: dict[str, Any], step: int, loss: float, tokens: int) -> None:
    write(tmp_path, a=history(9.0, 4.0, 3.0, 3.2, 3.4, tokens=[None, 200, None, 400, None]))
    runs = isoflop.read_runs(tmp_path, **rule)
    row = runs[0]
    assert (row.step, row.loss, row.tokens) == (step, pytest.approx(loss), tokens)
    word = {"best": "lowest", "smoothed": "mean"}.get(rule.get("rule", ""), "last logged value")
    assert word in runs.read_as[-1]
    assert '"loss"' in runs.read_as[-1]
    assert runs.read_as[-1] in repr(runs)


def test_checkpoints_are_rows_and_smoothing_runs_along(tmp_path: Path) -> None:
    write(tmp_path, a=history(9.0, 4.0, 3.0), b=history(8.0, 5.0))
    every = isoflop.read_runs(tmp_path, per="checkpoint")
    assert every["run"] == ["a", "a", "a", "b", "b"]
    assert every["step"].tolist() == [10, 20, 30, 10, 20]
    means = isoflop.read_runs(tmp_path, per="checkpoint", rule="smoothed", window=2)
    assert means["loss"].tolist() == [6.5, 3.5, 6.5]
    with pytest.raises(
        isoflop.DataError, match=r"b.*2 values.*fewer than window=3; say a smaller one"
    ):
        isoflop.read_runs(tmp_path, rule="smoothed", window=3)


def test_a_loss_that_is_not_finite_is_missing_but_not_the_best(tmp_path: Path) -> None:
    write(tmp_path, a=history(9.0, 4.0, float("nan")), b=history(8.0, 3.0, 2.5))
    last = isoflop.read_runs(tmp_path)
    assert last.to_columns()["loss"] == [None, 2.5]
    assert np.isnan(last["loss"][0])
    assert isoflop.read_runs(tmp_path, rule="best")["loss"].tolist() == [4.0, 2.5]


def test_unfinished_runs_are_left_out_by_the_library(tmp_path: Path) -> None:
    states = {f"run{n}": history(4.0 + 1 / n, 3.0 + 1 / n) for n in range(1, 12)}
    for n, state in enumerate(states.values(), 1):
        state["log_history"][-1] |= {"tokens": 1e9 * n**2, "n_params": 1e7 * (1 + n % 4)}
    states["run3"]["max_steps"] = 100
    runs = isoflop.read_runs(write(tmp_path, **states))
    assert runs["state"].count("unfinished") == 1
    fit = isoflop.fit(runs, law="chinchilla", bootstrap=0, starts=5)
    assert '1 row left out whose "state" is unfinished' in str(fit)


def test_names_that_may_be_the_loss(tmp_path: Path) -> None:
    """The only loss is taken; terms beside it are none; of several one has to be said."""
    beside = {"aux_loss": [0.1], "z_loss": [0.1], "loss_scale": [1.0], "load_balancing_loss": [1.0]}
    one = write(tmp_path / "one", a=history(3.0, **beside))
    assert '"loss"' in isoflop.read_runs(one).read_as[-1]
    two = write(tmp_path / "two", a=history(3.0, eval_loss=[3.1]))
    with pytest.raises(isoflop.DataError, match='say loss="eval_loss" or another') as caught:
        isoflop.read_runs(two)
    assert "\n" not in str(caught.value)
    runs = isoflop.read_runs(two, loss="eval_loss")
    assert (runs[0]["loss"], runs[0]["metric.loss"]) == (3.1, 3.0)
    with pytest.raises(isoflop.InvalidArgument, match='no run logs "nll"; there are "loss"') as bad:
        isoflop.read_runs(two, loss="nll")
    assert bad.value.field == "loss"


def test_a_perplexity_keeps_its_name_and_the_library_takes_the_logarithm(tmp_path: Path) -> None:
    for run in SWEEP:
        lines = [megatron_head(run), megatron_step(run, run.steps, loss=0.0)]
        lines[1] = lines[1].replace(" lm loss: 0.000000E+00 |", "")
        lines.append(megatron_validation(run, f"iteration {run.steps}", run.loss(run.steps)))
        (tmp_path / f"{run.name}.log").write_text("\n".join(lines), encoding="utf-8")
    runs = isoflop.read_runs(tmp_path, loss="lm loss validation ppl")
    assert "ppl" in runs.columns
    assert "loss" not in runs.columns
    columns = runs.to_columns()
    del columns["lm loss validation"]  # which would be taken before
    fit = isoflop.fit(columns, law="chinchilla", bootstrap=0, starts=40)
    assert fit.coefficients == pytest.approx(isoflop.law("hoffmann2022").coefficients, rel=2e-3)


def test_same_names_of_metrics_and_configuration_stay_apart(tmp_path: Path) -> None:
    state = history(3.0, tokens=[5], state=[1.5])
    write(tmp_path, a=state)
    config = {"tokens": 100, "model": {"width": 64, "layers": [1, 2]}, "step": 7}
    (tmp_path / "a/config.json").write_text(json.dumps(config), encoding="utf-8")
    row = isoflop.read_runs(tmp_path)[0].to_dict()
    assert row.pop("path").endswith("trainer_state.json")
    assert row == {
        "run": "a",
        "state": "finished",
        "step": 10,
        "loss": 3.0,
        "metric.state": 1.5,
        "tokens": 5,
        "config.tokens": 100,
        "model.width": 64,
        "model.layers": "[1, 2]",
        "config.step": 7,
        "max_steps": 10,
    }


def test_runs_are_a_table(tmp_path: Path) -> None:
    write(tmp_path, a=history(3.0), b=history(2.5), readme=history(2.0))
    (tmp_path / "notes.txt").write_text("of no use\n", encoding="utf-8")
    runs = isoflop.read_runs(tmp_path)
    assert len(runs) == 3
    assert runs["loss"].tolist() == [3.0, 2.5, 2.0]
    assert runs["run"] == ["a", "b", "readme"]
    assert [row.loss for row in runs] == [3.0, 2.5, 2.0]
    assert runs[-1].run == "readme"
    with pytest.raises(KeyError, match="there are: run"):
        runs["lost"]
    assert pickle.loads(pickle.dumps(runs)) == runs
    assert runs.left_out == (
        (str(tmp_path / "notes.txt"), "is none of trainer_state.json of Hugging Face"),
    )
    assert "notes.txt" in repr(runs)
    assert runs._repr_html_().count("<tr>") == 4
    for backend in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(backend)
        assert len(runs.to_frame(backend)) == 3
    assert list(runs.to_pandas()["loss"]) == list(runs.to_polars()["loss"])


def test_lists_of_sources_are_one_table(tmp_path: Path) -> None:
    write(tmp_path, a=history(3.0), b=history(2.5))
    (tmp_path / "x").mkdir()
    write(tmp_path / "x", a=history(2.0))
    parts = [tmp_path / "a/trainer_state.json", tmp_path / "b", tmp_path / "x"]
    runs = isoflop.read_runs(parts)
    assert runs["loss"].tolist() == [3.0, 2.5, 2.0]
    assert runs["run"][1] == "b"
    assert len(set(runs["run"])) == 3


def test_arguments_are_checked() -> None:
    for arguments, field in (
        ({"rule": "median"}, "rule"),
        ({"per": "step"}, "per"),
        ({"rule": "smoothed", "window": 0}, "window"),
        ({"window": 5}, "window"),
        ({"rule": "best", "per": "checkpoint"}, "rule"),
        ({"format": "tb"}, "format"),
    ):
        with pytest.raises(isoflop.InvalidArgument, match=f"^{field}=: ") as caught:
            isoflop.read_runs("runs", **arguments)
        assert caught.value.field == field
    with pytest.raises(isoflop.InvalidArgument, match="dict is no path"):
        isoflop.read_runs({"n": [1]})
