"""Folders of MLflow (mlruns): params, metrics and tags as small files, and a meta.yaml per run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import DataError
from ._run import FileReader, Found, History, Run, text_of

# mlflow.entities.RunStatus
_STATES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}


def _sees(path: Path, head: bytes) -> bool:
    return path.name == "meta.yaml" and re.search(rb"^run_(id|uuid):", head, re.M) is not None


def _field(meta: str, name: str) -> str:
    """A plain value of a YAML text of one level."""
    found = re.search(rf"^{name}: *(.*)$", meta, re.M)
    return found[1].strip().strip("'\"") if found else ""


def _values(folder: Path) -> dict[str, str]:
    """Each file of a folder by its name; names with slashes are folders."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): text_of(path) for path in files}


def _history(folder: Path) -> History:
    """Lines ``time value step``."""
    history = History()
    for name, text in _values(folder / "metrics").items():
        rows = [line.split() for line in text.splitlines() if line.strip()]
        try:
            points = [(int(row[2]), float(row[1])) for row in rows]
        except (ValueError, IndexError):
            raise DataError(
                f"{folder / 'metrics' / name}: a line is not of the form: time value step"
            ) from None
        # Who gives no step logs everything at step 0: then the order counts.
        unsaid = all(step == 0 for step, _ in points)
        for index, (step, value) in enumerate(points):
            history.add(index if unsaid else step, {name: value})
    return history


def _read(found: Found) -> list[Run]:
    runs = []
    for path in found.files:
        meta, folder = text_of(path), path.parent
        found.others -= {other for other in found.others if folder in other.parents}
        found.others.discard(folder.with_name("meta.yaml"))  # of its experiment
        if _field(meta, "lifecycle_stage") == "deleted":
            found.log.left_out.append((str(folder), "deleted in MLflow"))
            continue
        tags = _values(folder / "tags")
        facts: dict[str, Any] = dict(_values(folder / "params"))
        facts.update({f"tags.{k}": v for k, v in tags.items() if not k.startswith("mlflow.")})
        history = _history(folder)
        runs.append(
            Run(
                name=tags.get("mlflow.runName") or _field(meta, "run_name") or folder.name,
                path=str(folder),
                state=_STATES.get(_field(meta, "status")) or _field(meta, "status") or None,
                facts=facts,
                history=history,
            )
        )
    return runs


READER = FileReader("mlflow", "folders of MLflow", _sees, _read)
