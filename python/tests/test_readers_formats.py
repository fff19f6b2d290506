"""Each kind of source: what is read of it, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import isoflop
from run_writers import (
    BATCH,
    SEQ_LENGTH,
    SWEEP,
    megatron_head,
    megatron_step,
    megatron_validation,
    trainer_state,
    write_huggingface,
    write_megatron,
    write_mlflow,
    write_tensorboard_scalars,
    write_wandb_chart,
)

RUN = SWEEP[0]  # 8000 steps, a loss every 2000
TABLE: dict[str, list[Any]] = {
    "name": ["a", "b", "c"],
    "final_loss": [3.5, None, 3.1],
    "config": [{"n": 10}, {"n": 20}, {"n": 40}],
    "tokens": [1000, 2000, 4000],
}


def write_table(path: Path, kind: str) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import feather, ipc, parquet

    table = pyarrow.table(TABLE)
    if kind == "parquet":
        parquet.write_table(table, path)
    elif kind == "feather":
        feather.write_feather(table, str(path))
    else:
        new = ipc.new_file if kind == "file" else ipc.new_stream
        with pyarrow.OSFile(str(path), "wb") as sink, new(sink, table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("kind", ["parquet", "feather", "file", "stream"])
def test_tables_are_known_by_their_content_and_stay_as_they_are(kind: str, tmp_path: Path) -> None:
    runs = isoflop.read_runs(write_table(tmp_path / "table.data", kind))
    assert runs.to_columns() == {
        "name": ["a", "b", "c"],
        "final_loss": [3.5, None, 3.1],
        "config.n": [10, 20, 40],
        "tokens": [1000, 2000, 4000],
    }
    named = isoflop.read_runs(tmp_path / "table.data", loss="final_loss")
    assert named.to_columns()["loss"] == [3.5, None, 3.1]
    assert 'loss is column "final_loss"' in named.read_as
    with pytest.raises(isoflop.InvalidArgument, match='no column "lost"'):
        isoflop.read_runs(tmp_path / "table.data", loss="lost")
    with pytest.raises(isoflop.InvalidArgument, match="rule=: is for histories"):
        isoflop.read_runs(tmp_path / "table.data", rule="best")


@pytest.mark.parametrize("kind", ["parquet", "feather", "stream"])
def test_broken_tables_are_refused_in_a_line(kind: str, tmp_path: Path) -> None:
    path = write_table(tmp_path / "table", kind)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(isoflop.DataError, match=r"table: is no whole (Parquet|Arrow) file") as bad:
        isoflop.read_runs(path)
    assert "\n" not in str(bad.value)


def test_histories_of_wandb_in_one_file_are_told_apart_by_their_run(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [
        {"_step": step, "run_id": run, "loss": 4.0 - (step or 0) / 100, "eval": None}
        for run in ("b", "a")
        for step in (10, 20, None)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "all.parquet")
    runs = isoflop.read_runs(tmp_path / "all.parquet")
    assert runs["run"] == ["a", "b"]
    assert runs["loss"].tolist() == [3.8, 3.8]
    write_table(tmp_path / "table.parquet", "parquet")
    with pytest.raises(isoflop.DataError, match="read them one by one"):
        isoflop.read_runs(tmp_path)


def test_exports_of_wandb_as_csv(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        '"Name","State","Created","n_params","train/loss"\n'
        '"a","finished","2025-01-01T00:00:00.000Z","1e8","3.5"\n'
        '"b","crashed","2025-01-01T00:00:00.000Z","2e8",""\n',
        encoding="utf-8",
    )
    runs = isoflop.read_runs(table)
    assert runs["State"] == ["finished", "crashed"]
    assert runs["n_params"] == ["1e8", "2e8"]  # numbers are read by the library
    assert runs["train/loss"] == ["3.5", None]
    chart = tmp_path / "chart.csv"
    write_wandb_chart(chart)
    runs = isoflop.read_runs(chart)
    assert [(row.run, row.tokens, row.loss) for row in runs] == [
        ("a - 1", 2000, 3.2),
        ("b", 2000, 3.9),
    ]
    assert 'a chart of W&B along "tokens"' in runs.read_as
    chart.write_text(chart.read_text(encoding="utf-8") + '"3000","x"\n', encoding="utf-8")
    with pytest.raises(isoflop.DataError, match=r"chart\.csv: row 4 has 2 fields, not 7"):
        isoflop.read_runs(chart)


def test_checkpoints_of_a_trainer_are_one_run(tmp_path: Path) -> None:
    write_huggingface(tmp_path)
    runs = isoflop.read_runs(tmp_path / RUN.name, loss="eval_loss")
    assert runs["run"] == [RUN.name]
    assert runs[0].path.endswith("n50000000-s8000/trainer_state.json")
    assert [why for _, why in runs.left_out] == ["a later checkpoint holds it too"]
    inner = isoflop.read_runs(tmp_path / RUN.name / "checkpoint-4000", loss="eval_loss")
    assert (inner[0].step, inner[0].state) == (4000, "unfinished")
    # The mean over the whole run, which the Trainer logs last, is the loss of no step.
    assert "train_loss" not in runs.columns


def test_a_trainer_that_stopped_early_has_finished(tmp_path: Path) -> None:
    state = trainer_state(RUN, 4000)
    path = tmp_path / "trainer_state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    assert isoflop.read_runs(path, loss="loss")["state"] == ["unfinished"]
    state["log_history"].append({"step": 4000, "train_runtime": 5.0, "train_loss": 4.0})
    path.write_text(json.dumps(state), encoding="utf-8")
    assert isoflop.read_runs(path, loss="loss")["state"] == ["finished"]
    path.write_text(json.dumps(state)[:-30], encoding="utf-8")
    with pytest.raises(isoflop.DataError, match=r"trainer_state\.json: is no whole JSON object"):
        isoflop.read_runs(path)
    path.write_text('{"log_history": []}', encoding="utf-8")
    with pytest.raises(isoflop.DataError, match=r"with global_step and log_history"):
        isoflop.read_runs(path)


def test_a_log_of_megatron(tmp_path: Path) -> None:
    """Arguments, parameters, validation, a restart, and the words of a launcher before each."""
    lines = [
        "setting number of micro-batches to constant 16",
        megatron_head(RUN, hidden_size=512),
        megatron_step(RUN, 2000),
        megatron_validation(RUN, "iteration 2000", 4.5),
        megatron_step(RUN, 4000),
        megatron_step(RUN, 6000, loss=9.0),  # beyond the last checkpoint
        " > loading checkpoint of iteration 2000",
        megatron_step(RUN, 4000),
        megatron_validation(RUN, "iteration 4000 on validation set", 4.4),
        megatron_validation(RUN, "iteration 4000 on test set", 4.6),
    ]
    text = "\n".join(f"[default3]:{line}" for line in "\n".join(lines).splitlines())
    path = tmp_path / "run.out"
    path.write_text(text, encoding="utf-8")
    runs = isoflop.read_runs(path, loss="lm loss", per="checkpoint")
    assert [row.step for row in runs] == [2000, 4000]
    assert runs["loss"].max() < 6
    row = runs[1]
    assert row["consumed tokens"] == 4000 * BATCH * SEQ_LENGTH
    assert (row["lm loss validation"], row["lm loss test"]) == (4.4, 4.6)
    assert (row.n_params, row.hidden_size, row.state) == (RUN.n, "512", "unfinished")
    assert "data_cache_path" not in row  # None
    assert any("samples times seq_length" in note for note in runs.read_as)
    with pytest.raises(isoflop.DataError, match='say loss="lm loss validation" or another'):
        isoflop.read_runs(path)


def test_parameters_of_a_model_that_is_split_are_not_guessed(tmp_path: Path) -> None:
    head = megatron_head(RUN, tensor_model_parallel_size=2)
    text = "\n".join([head, head.splitlines()[-1].replace("(0, 0)", "(1, 0)")])
    (tmp_path / "a.log").write_text(f"{text}\n{megatron_step(RUN, 8000)}\n", encoding="utf-8")
    runs = isoflop.read_runs(tmp_path)
    assert "n_params" not in runs.columns
    assert any(note.startswith("N is not in every log") for note in runs.read_as)


def test_events_of_a_restart_replace_those_of_the_crash(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tensorboard_x = pytest.importorskip("tensorboardX")
    for name, steps, shift in (("1", (10, 20, 30), 1.0), ("2", (20, 25), 0.0)):
        suffix = f".{name}"
        with tensorboard_x.SummaryWriter(str(tmp_path / "a"), filename_suffix=suffix) as writer:
            for step in steps:
                writer.add_scalar("loss", 4.0 - step / 100 + shift, step)
    for path in (tmp_path / "a").iterdir():  # one was begun after the other
        path.rename(path.with_name(f"events.out.tfevents.{path.name[-1]}.host{path.name[-2:]}"))
    every = isoflop.read_runs(tmp_path, per="checkpoint")
    assert every["run"] == ["a", "a", "a"]
    assert every["step"].tolist() == [10, 20, 25]
    assert every["loss"].tolist() == pytest.approx([4.9, 3.8, 3.75])
    file = next((tmp_path / "a").iterdir())
    assert isoflop.read_runs(file)["run"] == ["a"]


def test_hparams_of_events_are_the_configuration_of_their_run(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tensorboard_x = pytest.importorskip("tensorboardX")
    with tensorboard_x.SummaryWriter(str(tmp_path / "a")) as writer:
        writer.add_scalar("loss", 3.5, 10)
        hparams = {"lr": 3e-4, "opt": "adam", "n_params": 1e8, "tied": True}
        writer.add_hparams(hparams, {"hparam/final": 3.4}, name="hp")
    row = isoflop.read_runs(tmp_path)[0]
    assert (row.run, row.loss, row.state) == ("a", 3.5, "finished")
    assert {name: row[name] for name in hparams} == hparams


def test_metrics_that_megatron_writes_twice_count_once(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tensorboard_x = pytest.importorskip("tensorboardX")
    with tensorboard_x.SummaryWriter(str(tmp_path)) as writer:
        for step in (10, 20):
            writer.add_scalar("lm loss", 4.0 - step / 100, step)
            writer.add_scalar("lm loss vs samples", 4.0 - step / 100, 64 * step)
    row = isoflop.read_runs(tmp_path)[0]
    assert list(row) == ["run", "step", "loss", "path"]
    assert (row.run, row.step) == (tmp_path.name, 20)


def test_event_files_without_scalars(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    tensorboard_x = pytest.importorskip("tensorboardX")
    with tensorboard_x.SummaryWriter(str(tmp_path / "a")) as writer:
        writer.add_text("note", "hello", 1)
    with pytest.raises(isoflop.DataError, match=r"holds no runs; .*tfevents.* holds no scalars"):
        isoflop.read_runs(tmp_path)
    with tensorboard_x.SummaryWriter(str(tmp_path / "b")) as writer:
        writer.add_scalar("loss", 3.5, 10)
    runs = isoflop.read_runs(tmp_path)
    assert runs["run"] == ["b"]
    assert [why for _, why in runs.left_out] == ["holds no scalars"]


def test_a_crash_within_a_record_costs_only_that_record(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    write_tensorboard_scalars(tmp_path)
    (file,) = (tmp_path / RUN.name).iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    runs = isoflop.read_runs(file)
    assert runs[0].step == 6000


def test_a_store_of_mlflow(tmp_path: Path) -> None:
    write_mlflow(tmp_path)
    runs = isoflop.read_runs(tmp_path)
    assert set(runs["state"]) == {"FINISHED"}
    assert runs["tags.team"] == ["scaling"] * len(SWEEP)
    assert runs["model/n_params"] == [str(run.n) for run in SWEEP]  # as MLflow keeps them
    assert runs.left_out == ()
    one = Path(runs[0].path)
    assert isoflop.read_runs(one)["run"] == [RUN.name]
    meta = (one / "meta.yaml").read_text(encoding="utf-8")
    (one / "meta.yaml").write_text(
        meta.replace("lifecycle_stage: active", "lifecycle_stage: deleted"), encoding="utf-8"
    )
    again = isoflop.read_runs(tmp_path)
    assert len(again) == len(SWEEP) - 1
    assert again.left_out == ((str(one), "deleted in MLflow"),)
    # Who says no step logs all at step 0.
    other = Path(runs[1].path)
    (other / "metrics/train/loss").write_text("1 5.0 0\n2 4.0 0\n3 4.5 0\n", encoding="utf-8")
    assert isoflop.read_runs(other, per="checkpoint")["loss"].tolist() == [5.0, 4.0, 4.5]
    (other / "metrics/train/loss").write_text("1 5.0\n", encoding="utf-8")
    with pytest.raises(isoflop.DataError, match="time value step"):
        isoflop.read_runs(other)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "hello\n", r"a\.txt: is of no known kind \(files of Parquet.*format= says"),
        ("a.log", "", r"a\.log: is empty"),
        ("a.csv", "n,d,loss\n1,2,3\n", "is a table that isoflop.fit reads by its path"),
        ("a.json", "{}\n", "is a table that isoflop.fit reads by its path, or none"),
    ],
)
def test_files_of_no_known_kind(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(isoflop.DataError, match=words) as caught:
        isoflop.read_runs(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_folders_of_nothing_and_of_too_much(tmp_path: Path) -> None:
    with pytest.raises(isoflop.DataError, match="holds no files at all, and none of: files of Par"):
        isoflop.read_runs(tmp_path)
    with pytest.raises(isoflop.DataError, match=r"there is no such file or folder$"):
        isoflop.read_runs(tmp_path / "none")
    write_megatron(tmp_path)
    write_huggingface(tmp_path)
    with pytest.raises(
        isoflop.DataError, match=r'several kinds \(.*16 of megatron.*format="'
    ) as bad:
        isoflop.read_runs(tmp_path)
    assert "32 of huggingface" in str(bad.value)
    assert len(isoflop.read_runs(tmp_path, format="megatron")) == len(SWEEP)
    with pytest.raises(isoflop.DataError, match="holds 80 other files, and none of: folders of ML"):
        isoflop.read_runs(tmp_path, format="mlflow")
    (tmp_path / "a.txt").write_text("hello\n", encoding="utf-8")
    with pytest.raises(isoflop.DataError, match="has no line"):
        isoflop.read_runs(tmp_path / "a.txt", format="megatron")


@pytest.mark.parametrize(
    ("package", "extra", "name"),
    [("pyarrow", "pyarrow", "a.parquet"), ("tensorboard", "tensorboard", "events.out")],
)
def test_a_package_that_is_not_there_is_named(
    package: str, extra: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b"PAR1" if package == "pyarrow" else b"\x18" + b"\0" * 12 + b"brain.Event:2"
    (tmp_path / name).write_bytes(head)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(isoflop.DataError, match=rf"pip install 'isoflop\[{extra}\]'"):
        isoflop.read_runs(tmp_path / name)
