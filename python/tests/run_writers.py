"""The same simulated sweep as trainers and trackers leave it, written by their own libraries where
PyPI has them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import isoflop

LAW = "hoffmann2022"
BATCH, SEQ_LENGTH = 64, 1024  # sequences per step, tokens per sequence


@dataclass(frozen=True)
class SimulatedRun:
    """One run of a published law, without noise."""

    name: str
    n: int
    steps: int
    every: int  # steps between logged losses

    def loss(self, step: int) -> float:
        return float(isoflop.law(LAW)(self.n, self.tokens(step)))

    def tokens(self, step: int) -> int:
        return step * BATCH * SEQ_LENGTH

    @property
    def logged(self) -> Iterator[int]:
        return iter(range(self.every, self.steps + 1, self.every))


SWEEP = [
    SimulatedRun(f"n{n}-s{steps}", n, steps, steps // 4)
    for n in (50_000_000, 200_000_000, 800_000_000, 3_200_000_000)
    for steps in (8_000, 32_000, 128_000, 512_000)
]


def write_tensorboard_scalars(folder: Path) -> None:
    """By tensorboardX, which logs the older kind, scalars."""
    tensorboard_x = pytest.importorskip("tensorboardX")
    for run in SWEEP:
        with tensorboard_x.SummaryWriter(str(folder / run.name)) as writer:
            for step in run.logged:
                writer.add_scalar("n_params", run.n, step)
                writer.add_scalar("tokens", run.tokens(step), step)
                writer.add_scalar("train/loss", run.loss(step), step)


def write_tensorboard_tensors(folder: Path) -> None:
    """By TensorBoard's own summaries, which are tensors."""
    pytest.importorskip("tensorboard")
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    for run in SWEEP:
        writer = EventFileWriter(str(folder / run.name))
        for step in run.logged:
            for tag, value in (
                ("n_params", run.n),
                ("tokens", run.tokens(step)),
                ("train/loss", run.loss(step)),
            ):
                writer.add_event(Event(step=step, summary=scalar_pb(tag, value)))
        writer.close()


def trainer_state(run: SimulatedRun, until: int) -> dict[str, Any]:
    """As transformers.TrainerState.save_to_json writes it, keys in alphabetic order."""
    history: list[dict[str, Any]] = []
    for step in (step for step in run.logged if step <= until):
        tokens = {"epoch": step / run.steps, "num_input_tokens_seen": run.tokens(step)}
        history.append({**tokens, "loss": run.loss(step) + 0.1, "grad_norm": 0.5, "step": step})
        history.append({**tokens, "eval_loss": run.loss(step), "eval_runtime": 3.2, "step": step})
    if until == run.steps:
        end = {"total_flos": 6.0 * run.n * run.tokens(until), "train_loss": 5.0}
        history.append({"epoch": 1.0, "step": until, "train_runtime": 99.0, **end})
    return {
        "best_global_step": None,
        "best_metric": None,
        "epoch": until / run.steps,
        "eval_steps": run.every,
        "global_step": until,
        "is_world_process_zero": True,
        "log_history": history,
        "logging_steps": run.every,
        "max_steps": run.steps,
        "num_input_tokens_seen": run.tokens(until),
        "num_train_epochs": 1,
        "stateful_callbacks": {},
        "total_flos": 6.0 * run.n * run.tokens(until),
        "train_batch_size": 8,
        "trial_params": None,
    }


def write_huggingface(folder: Path) -> None:
    """Output folders of the Trainer with two checkpoints each."""
    for run in SWEEP:
        for inner, until in ((f"checkpoint-{run.steps // 2}", run.steps // 2), (".", run.steps)):
            path = folder / run.name / inner
            path.mkdir(parents=True, exist_ok=True)
            state = json.dumps(trainer_state(run, until), indent=2, sort_keys=True) + "\n"
            (path / "trainer_state.json").write_text(state, encoding="utf-8")
            config = {"model_type": "llama", "n_params": run.n, "rope": {"theta": 1e4}}
            (path / "config.json").write_text(json.dumps(config), encoding="utf-8")


def megatron_step(run: SimulatedRun, step: int, loss: float | None = None) -> str:
    """A line of training_log in megatron/training/training.py."""
    loss = run.loss(step) if loss is None else loss
    return (
        " [2025-03-31 05:54:07.123456]"
        + f" iteration {step:8d}/{run.steps:8d} |"
        + f" consumed samples: {step * BATCH:12d} |"
        + f" elapsed time per iteration (ms): {1552.84:.1f} |"
        + f" learning rate: {8e-6:.6E} |"
        + f" global batch size: {BATCH:5d} |"
        + f" lm loss: {loss:.6E} |"
        + f" loss scale: {1.0:.1f} |"
        + f" grad norm: {1.52:.3f} |"
        + f" number of skipped iterations: {0:3d} |"
        + f" number of nan iterations: {0:3d} |"
    )


def megatron_validation(run: SimulatedRun, where: str, loss: float) -> str:
    """The lines of evaluate_and_print_results in megatron/training/training.py."""
    text = f" validation loss at {where} | lm loss value: {loss:.6E} | "
    text += f"lm loss PPL: {math.exp(loss):.6E} | "
    rule = "-" * (len(text) + 1)
    return f"{rule}\n{text}\n{rule}"


def megatron_head(run: SimulatedRun, **arguments: Any) -> str:
    """What _print_args in megatron/training/arguments.py and get_model print."""
    values = {"seq_length": SEQ_LENGTH, "global_batch_size": BATCH, "data_cache_path": None}
    values |= {"tensor_model_parallel_size": 1, "pipeline_model_parallel_size": 1, **arguments}
    lines = [f"  {name} {'.' * (48 - len(name))} {value}" for name, value in values.items()]
    rule = "------------------------"
    return "\n".join(
        [
            f"{rule} arguments {rule}",
            *sorted(lines),
            "-------------------- end of arguments ---------------------",
            f" > number of parameters on (tensor, pipeline) model parallel rank (0, 0): {run.n}",
        ]
    )


def write_megatron(folder: Path) -> None:
    """Logs of the training loop."""
    for run in SWEEP:
        lines = [megatron_head(run), *(megatron_step(run, step) for step in run.logged)]
        (folder / f"{run.name}.log").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_mlflow(folder: Path) -> None:
    """By the client of MLflow into a store of files."""
    pytest.importorskip("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        _write_mlflow(folder)


def _write_mlflow(folder: Path) -> None:
    import warnings

    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = MlflowClient(tracking_uri=folder.as_uri())
        experiment = client.create_experiment("sweep")
        for run in SWEEP:
            inner = client.create_run(experiment, run_name=run.name).info.run_id
            client.log_param(inner, "model/n_params", run.n)
            client.set_tag(inner, "team", "scaling")
            for step in run.logged:
                metrics = {"train/loss": run.loss(step), "tokens": run.tokens(step)}
                client.log_batch(inner, [Metric(k, v, 0, step) for k, v in metrics.items()])
            client.set_terminated(inner, "FINISHED")


def write_wandb_history(folder: Path) -> None:
    """The history artifact of W&B: a folder per run, numbered Parquet files within."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    for run in SWEEP:
        path = folder / f"run-{run.name}-history"
        path.mkdir(parents=True)
        for index, half in enumerate((list(run.logged)[:2], list(run.logged)[2:])):
            rows = [
                {
                    "_step": step,
                    "_runtime": 1.0 * step,
                    "_timestamp": 1.7e9 + step,
                    "n_params": run.n,
                    "tokens": run.tokens(step),
                    "train/loss": run.loss(step),
                }
                for step in half
            ]
            parquet.write_table(pyarrow.Table.from_pylist(rows), path / f"{index:04d}.parquet")


def write_wandb_chart(path: Path) -> None:
    """A chart of W&B exported as CSV: along its axis, a column of each run with its extremes."""
    head = [f'"{run} - loss{end}"' for run in ("a - 1", "b") for end in ("", "__MIN", "__MAX")]
    path.write_text(
        '"tokens",' + ",".join(head) + "\n"
        '"1000","3.5","3.4","3.6","","",""\n"2000","3.2","3.1","3.3","3.9","3.8","4.0"\n',
        encoding="utf-8",
    )


WRITERS: dict[str, Callable[[Path], None]] = {
    "tensorboard scalars": write_tensorboard_scalars,
    "tensorboard tensors": write_tensorboard_tensors,
    "huggingface": write_huggingface,
    "megatron": write_megatron,
    "mlflow": write_mlflow,
    "wandb history": write_wandb_history,
}
