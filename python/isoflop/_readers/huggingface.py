"""trainer_state.json of the Hugging Face Trainer, with the config.json of the model beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import DataError
from ._run import FileReader, Found, History, Run, flat, text_of

# What the state says of its last step; 0 where it was not counted.
_AT_THE_END = ("total_flos", "num_input_tokens_seen")
_FACTS = ("max_steps", "num_train_epochs", "train_batch_size", "best_metric", "trial_params")


def _sees(path: Path, head: bytes) -> bool:
    said = path.name == "trainer_state.json" or b'"log_history"' in head
    return said and path.suffix == ".json" and head.lstrip().startswith(b"{")


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(text_of(path)))
    except (ValueError, TypeError) as fault:
        raise DataError(f"{path}: is no whole JSON object: {fault}") from None


def _state(path: Path) -> dict[str, Any]:
    state = _json(path)
    steps, entries = state.get("global_step"), state.get("log_history")
    if not (isinstance(steps, int) and isinstance(entries, list)):
        raise DataError(f"{path}: is no trainer_state.json with global_step and log_history")
    return state


def _read(found: Found) -> list[Run]:
    """One run per output folder: the state of its furthest checkpoint."""
    states = {path: _state(path) for path in found.files}
    furthest: dict[Path, Path] = {}
    for path, state in states.items():
        inner = path.parent.name.startswith("checkpoint-") and path.parent != found.root
        folder = path.parent.parent if inner else path.parent
        other = furthest.get(folder)
        # Of two at the same step the one outside of checkpoint-*, which is saved last.
        if other is None or (state["global_step"], not inner) > (
            states[other]["global_step"],
            other.parent == folder,
        ):
            furthest[folder] = path
    for path in states:
        if path not in furthest.values():
            found.log.left_out.append((str(path), "a later checkpoint holds it too"))
        found.others.discard(path.with_name("config.json"))
    return [_run(found, folder, path, states[path]) for folder, path in sorted(furthest.items())]


def _run(found: Found, folder: Path, path: Path, state: dict[str, Any]) -> Run:
    history, ended = History(), False
    for entry in state["log_history"]:
        entry = dict(entry)
        if "train_runtime" in entry:
            ended = True
            entry.pop("train_loss", None)  # the mean over the whole run, and no loss of a step
        history.add(entry.pop("step", state["global_step"]), entry)
    end = {name: state[name] for name in _AT_THE_END if state.get(name)}
    history.add(state["global_step"], end)
    config = path.with_name("config.json")
    facts = flat(_json(config)) if config.is_file() else {}
    facts.update(flat({name: state[name] for name in _FACTS if state.get(name) is not None}))
    ended = ended or state["global_step"] >= state.get("max_steps", float("inf"))
    return Run(
        name=found.name(folder),
        path=str(path),
        state="finished" if ended else "unfinished",
        facts=facts,
        history=history,
    )


READER = FileReader("huggingface", "trainer_state.json of Hugging Face", _sees, _read)
